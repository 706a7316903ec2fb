/** A batch is the texts that generate would give one at a time; each has its own sampler, options and end, and gives its cache back. */
import { argmax, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import type { FinishReason, GeneratedToken, Sample } from "../src/decode/continuation.ts";
import { draw, softmaxDistribution } from "../src/decode/distribution.ts";
import { type BatchOptions, type BatchPrompt, generateBatch } from "../src/decode/generate-batch.ts";
import { generate } from "../src/generate.ts";
import { passBytes } from "../src/memory/memory.ts";
import type { Model } from "../src/model.ts";
import { collect } from "./collect.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { loadFixture } from "./fixture-files.ts";
import { limitedEngine } from "./limited-engine.ts";
import { characterTokenizer, tinyConfig, tinyModel } from "./tiny-model.ts";

const greedy: Sample = (logits) => argmax(new Tensor(logits, [logits.length]));

/** Draws from the softmax by a generator of its own, and spoils the logits: they are its own. */
function drawing(seed: number): Sample {
  let state = seed;
  return (logits, context) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const distribution = softmaxDistribution(logits, context);
    logits.fill(0);
    return draw(distribution, state / 2 ** 32);
  };
}

const sampleFor = (sequence: number) => drawing(1000 + sequence);
type Prompts = readonly (string | readonly number[] | BatchPrompt)[];

async function batch(model: Model, prompts: Prompts, options: Partial<BatchOptions> = {}) {
  const run = generateBatch(model, prompts, { sampleFor, maxTokens: 6, ...options });
  const { yielded, returned } = await collect(run);
  const tokens = prompts.map((_, own) => yielded.filter(({ sequence }) => sequence === own).map(({ token }) => token));
  return { tokens, order: yielded.map(({ sequence }) => sequence), reasons: returned };
}

/** Each prompt by itself. */
async function oneByOne(model: Model, prompts: readonly number[][], maxTokens = 6) {
  const runs: { yielded: GeneratedToken[]; returned: FinishReason }[] = [];
  for (const [i, prompt] of prompts.entries())
    runs.push(await collect(generate(model, prompt, { sample: sampleFor(i), maxTokens })));
  return { tokens: runs.map(({ yielded }) => yielded), reasons: runs.map(({ returned }) => returned) };
}

/** Prompts of 1 to 7 tokens. */
const promptsOf = (count: number, vocabSize = 61) =>
  Array.from({ length: count }, (_, i) => Array.from({ length: 1 + (i % 7) }, (_, t) => (29 * i + 11 * t) % vocabSize));

describe.each(engines)("$engineName", ({ create }) => {
  const engine = create();
  afterAll(() => engine.dispose());

  test.each(["a tiny model", "the trained model"])(
    "%s: every text is that of generate, more than go at once",
    async (name) => {
      const isTiny = name === "a tiny model";
      const model = isTiny
        ? { ...tinyModel(), engine }
        : await loadFixture("packages/gpt/test/fixtures/fairytales-1", engine);
      const prompts = promptsOf(isTiny ? 20 : 5, model.config.vocabSize);
      const alone = await oneByOne(model, prompts);
      const { tokens, reasons } = await batch(model, prompts, isTiny ? {} : { batchSize: 3 });
      expect(tokens).toEqual(alone.tokens); // ln p too, bit for bit
      expect(reasons).toEqual(alone.reasons);
    },
  );
});

test("tokens come as they are drawn, a step's in the order of the prompts; one pass a step for all", async () => {
  const { model, passes } = countPasses(tinyModel());
  const { order } = await batch(model, [[1, 2], [3], [4, 5, 6]], { maxTokens: 3 });
  expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  expect(passes()).toBe(3);
});

test("each prompt has options of its own, before those of the batch", async () => {
  const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61);
  const model = tinyModel({ eosTokenId: 2 }, characterTokenizer(characters));
  const scripts = [
    [0, 2, 5],
    [3, 4, 5, 6],
    [3, 4, 5, 6],
    [2, 2, 2],
  ];
  const scripted =
    (sequence: number): Sample =>
    (_, { history, promptLength }) =>
      scripts[sequence]?.[history.length - promptLength] as number;
  const prompts = ["xy", "z", { prompt: "z", stop: ["g"] }, { prompt: [9, 9], ignoreEos: true, maxTokens: 3 }];
  const { tokens, reasons } = await batch(model, prompts, { sampleFor: scripted, stop: ["ef"], maxTokens: 4 });
  expect(tokens.map((own) => own.map(({ text }) => text).join(""))).toEqual(["a", "d", "def", "ccc"]);
  expect(reasons).toEqual(["eos", "stop", "stop", "length"]);
});

test("an empty prompt begins where the model's texts begin; a prompt that fills the context has no token", async () => {
  const model = tinyModel({ bosTokenId: 5 });
  const full = new Array(24).fill(1);
  const { tokens, reasons } = await batch(model, ["", full, [5]], { sampleFor: () => greedy });
  expect(tokens[0]).toEqual(tokens[2]);
  expect(tokens[1]).toEqual([]);
  expect(reasons).toEqual(["length", "context", "length"]);
});

test("no prompts: nothing is yielded, no pass is made", async () => {
  const { model, passes } = countPasses(tinyModel());
  expect(await batch(model, [])).toEqual({ tokens: [], order: [], reasons: [] });
  expect(passes()).toBe(0);
});

test("a sequence that ends gives its cache back, and the next prompt takes its place", async () => {
  const { engine, held, most } = limitedEngine();
  const prompts = promptsOf(30);
  const heldWhile: number[] = [];
  const ends: number[] = [];
  const onEnd = (sequence: number) => {
    ends.push(sequence);
    heldWhile.push(held());
  };
  const { reasons } = await batch({ ...tinyModel(), engine }, prompts, { batchSize: 4, onEnd });
  expect(reasons).toEqual(new Array(30).fill("length"));
  expect(ends.toSorted((a, b) => a - b)).toEqual(prompts.map((_, i) => i));
  const cacheBytes = (tokens: number) => 2 * 3 * 12 * 4 * tokens;
  expect(most()).toBeLessThanOrEqual(4 * cacheBytes(7 + 6));
  for (const bytes of heldWhile) expect(bytes).toBeLessThanOrEqual(3 * cacheBytes(7 + 6)); // it has left already
  expect(held()).toBe(0);
});

test("where memory is short sequences wait for those under way, and the texts are the same", async () => {
  const cacheOf13 = 2 * 3 * 12 * 4 * 13; // bytes: the longest prompt and 6 tokens
  const pass = passBytes(tinyConfig, { threads: 1 }, { rows: 24 + 16, sequences: 16, dtype: "f32" });
  const expected = await batch(tinyModel(), promptsOf(9));
  for (const room of [1, 2.5]) {
    const { engine, held, most } = limitedEngine(pass + room * cacheOf13);
    const found = await batch({ ...tinyModel(), engine }, promptsOf(9));
    expect({ tokens: found.tokens, reasons: found.reasons }).toEqual({
      tokens: expected.tokens,
      reasons: expected.reasons,
    });
    expect(most()).toBeLessThanOrEqual(room * cacheOf13);
    expect(held()).toBe(0);
  }
});

test("the prompts of one pass are no more than the context: others wait a step", async () => {
  const { model, passes } = countPasses(tinyModel());
  const prompts = [20, 20, 3].map((length) => new Array(length).fill(1));
  const { order } = await batch(model, prompts, { maxTokens: 3, sampleFor: () => greedy });
  expect(order).toEqual([0, 0, 1, 2, 0, 1, 2, 1, 2]);
  expect(passes()).toBe(4);
});

test("an abort ends the sequences under way and those to come; those that have ended keep their reason", async () => {
  const controller = new AbortController();
  const ended: [number, FinishReason][] = [];
  const { reasons, tokens } = await batch(tinyModel(), [{ prompt: [1], maxTokens: 1 }, [2], [3], [4]], {
    batchSize: 2,
    signal: controller.signal,
    sampleFor: () => (logits, context) => {
      if (context.history.length === 2 && context.history[0] === 3) controller.abort();
      return greedy(logits, context);
    },
    onEnd: (sequence, reason) => ended.push([sequence, reason]),
  });
  expect(reasons).toEqual(["length", "abort", "abort", "abort"]);
  expect(tokens.map((own) => own.length)).toEqual([1, 3, 2, 0]);
  expect(ended.map(([sequence]) => sequence)).toEqual([0, 1, 2, 3]);
});

test("a caller that stops reading leaves no cache behind", async () => {
  const { engine, held } = limitedEngine();
  for await (const _ of generateBatch({ ...tinyModel(), engine }, promptsOf(3), { sampleFor })) break;
  expect(held()).toBe(0);
});

describe("what goes wrong with one sequence", () => {
  const failing =
    (sequence: number): Sample =>
    (logits, context) => {
      if (sequence === 1 && context.history.length === 4) throw new RangeError("no token is left");
      return greedy(logits, context);
    };
  const prompts = [[1, 2], [3, 4], new Array(25).fill(1), [61], [5]];

  test("onError is told, and the others go on", async () => {
    const { engine, held } = limitedEngine();
    const errors: [number, string][] = [];
    const onError = (sequence: number, error: unknown) => errors.push([sequence, (error as Error).message]);
    const { tokens, reasons } = await batch({ ...tinyModel(), engine }, prompts, { sampleFor: failing, onError });
    expect(tokens.map((own) => own.length)).toEqual([6, 2, 0, 0, 6]);
    expect(reasons).toEqual(["length", undefined, undefined, undefined, "length"]);
    expect(errors.map(([sequence]) => sequence)).toEqual([2, 3, 1]);
    expect(errors[0]?.[1]).toMatch(/25.*24/);
    expect(errors[1]?.[1]).toMatch(/^generateBatch: .*token id 61 is out of range; ids go from 0 to 60$/);
    expect(errors[2]?.[1]).toBe("no token is left");
    expect(held()).toBe(0);
  });

  test("without it a prompt that cannot be is refused by the call itself, by its number", () => {
    expect(() => generateBatch(tinyModel(), prompts.slice(2), { sampleFor })).toThrow(/25.*24/);
    expect(() => generateBatch(tinyModel(), [[1], [61]], { sampleFor })).toThrow(
      /^generateBatch: sequence 1: .*token id 61 is out of range/,
    );
  });

  test("without it what a sampler throws is thrown, and no cache is left behind", async () => {
    const { engine, held } = limitedEngine();
    const run = batch({ ...tinyModel(), engine }, prompts.slice(0, 2), { sampleFor: failing });
    await expect(run).rejects.toThrow("no token is left");
    expect(held()).toBe(0);
  });

  test("a cache that does not fit where nothing else runs", async () => {
    const { engine } = limitedEngine(2 * 3 * 12 * 4 * 5);
    const errors: [number, string][] = [];
    const onError = (sequence: number, error: unknown) => errors.push([sequence, (error as Error).message]);
    const run = await batch({ ...tinyModel(), engine }, [[1, 2, 3], [4]], { maxTokens: 4, onError });
    expect(errors).toEqual([[0, expect.stringMatching(/^KVCache: a capacity of 7 tokens takes/)]]);
    expect(run.reasons).toEqual([undefined, "length"]);
  });
});

test.each([0, -1, 1.5, Number.NaN])("a batchSize of %s is refused by the call itself", (batchSize) => {
  expect(() => generateBatch(tinyModel(), [[3]], { sampleFor, batchSize })).toThrow(
    `generateBatch: batchSize must be a whole number, 1 or more, got ${batchSize}`,
  );
});
