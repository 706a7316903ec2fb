/** Several samples over one prefill are the samples that generate would draw one at a time. */
import { argmax, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import type { Sample } from "../src/decode/continuation.ts";
import { generateSamples, type SamplesOptions } from "../src/decode/samples.ts";
import { generate } from "../src/generate.ts";
import { passBytes } from "../src/memory/memory.ts";
import { collect } from "./collect.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { limitedEngine } from "./limited-engine.ts";
import { characterTokenizer, tinyConfig, tinyModel } from "./tiny-model.ts";

const greedy: Sample = (logits) => argmax(new Tensor(logits, [logits.length]));

/** Draws the token that is `index` places below the best, and spoils the logits it was given: they are its own. */
const placeBelow =
  (index: number): Sample =>
  (logits) => {
    const ranked = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    logits.fill(0);
    return ranked[index] as number;
  };

async function samples(model = tinyModel(), options: Partial<SamplesOptions> = {}, prompt = [3, 1, 4]) {
  const run = generateSamples(model, prompt, { count: 3, sampleFor: placeBelow, maxTokens: 6, ...options });
  const { yielded, returned } = await collect(run);
  return { tokens: yielded, reasons: returned };
}

describe.each(engines)("$engineName", ({ create }) => {
  const engine = create();
  afterAll(() => engine.dispose());
  const model = { ...tinyModel(), engine };

  test("each sample is what generate gives with its sampler, bit for bit", async () => {
    const { tokens, reasons } = await samples(model);
    for (const index of [0, 1, 2]) {
      const alone = await collect(generate(model, [3, 1, 4], { sample: placeBelow(index), maxTokens: 6 }));
      const own = tokens.filter((token) => token.index === index);
      expect(own).toEqual(alone.yielded.map((token) => ({ ...token, index })));
    }
    expect(reasons).toEqual(["length", "length", "length"]);
  });
});

test("the prompt is fed once for all samples: a prefill, and a pass over all for each further token", async () => {
  const { model, passes } = countPasses(tinyModel());
  await samples(model, { count: 4, maxTokens: 3 });
  expect(passes()).toBe(1 + 2); // a sample's first token comes of the prefill
});

test("every sample has its own text, stop strings and end", async () => {
  const model = tinyModel(
    { eosTokenId: 2 },
    characterTokenizer("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61)),
  );
  const scripts = [
    [0, 2, 5],
    [3, 4, 5],
    [6, 7, 8],
  ];
  const sampleFor =
    (index: number): Sample =>
    (_, { history, promptLength }) =>
      scripts[index]?.[history.length - promptLength] as number;
  const { tokens, reasons } = await samples(model, { sampleFor, stop: ["ef"], maxTokens: 3 });
  const texts = [0, 1, 2].map((index) =>
    tokens
      .filter((token) => token.index === index)
      .map(({ text }) => text)
      .join(""),
  );
  expect({ texts, reasons }).toEqual({ texts: ["a", "d", "ghi"], reasons: ["eos", "stop", "length"] });
});

test("an abort ends the samples under way and those to come; what came before it is kept", async () => {
  const controller = new AbortController();
  const sampleFor =
    (index: number): Sample =>
    (logits, context) => {
      if (index === 1 && context.history.length === 4) controller.abort();
      return greedy(logits, context);
    };
  const { tokens, reasons } = await samples(tinyModel(), { sampleFor, signal: controller.signal });
  expect(reasons).toEqual(["abort", "abort", "abort"]);
  expect(tokens.map(({ index }) => index)).toEqual([0, 0, 1, 1, 2, 2]);
});

test("an abort before the prompt is through yields nothing", async () => {
  const { tokens, reasons } = await samples(tinyModel(), { signal: AbortSignal.abort() });
  expect({ tokens, reasons }).toEqual({ tokens: [], reasons: ["abort", "abort", "abort"] });
});

/** A sampler whose text ends in an end-of-text token after `length` tokens. */
const ofLength =
  (length: number): Sample =>
  (_, { history, promptLength }) =>
    history.length - promptLength + 1 === length ? 2 : 7;

test("more samples than are drawn at once: one begins where one has ended, and they come in their order", async () => {
  const { engine, held, most } = limitedEngine();
  const { model, passes } = countPasses({ ...tinyModel({ eosTokenId: 2 }), engine });
  const length = (index: number) => 1 + ((5 * index) % 7);
  const sampleFor = (index: number) => ofLength(length(index));
  const { tokens, reasons } = await samples(model, { count: 40, sampleFor, maxTokens: 10 });
  const expected = Array.from({ length: 40 }, (_, index) => new Array(length(index)).fill(index));
  expect(tokens.map(({ index }) => index)).toEqual(expected.flat());
  expect(reasons).toEqual(new Array(40).fill("eos"));
  expect(passes()).toBeLessThan(tokens.length / 8);
  const cacheOf13 = 2 * 3 * 12 * 13 * 4; // bytes: prompt and 10 tokens
  expect([most() / cacheOf13, held()]).toEqual([16, 0]);
});

test("where memory is short fewer are drawn at once, and the samples are the same", async () => {
  const cacheOf9 = 2 * 3 * 12 * 9 * 4; // bytes: prompt and 6 tokens
  const pass = passBytes(tinyConfig, { threads: 1 }, { rows: 24 + 3, sequences: 3, dtype: "f32" });
  const expected = await samples();
  for (const [caches, passCount] of [
    [2, 1 + 5 + 5],
    [1, 1 + 5 + 5 + 5],
  ] as const) {
    const { engine, held, most } = limitedEngine(pass + caches * cacheOf9);
    const { model, passes } = countPasses({ ...tinyModel(), engine });
    expect(await samples(model)).toEqual(expected);
    expect([passes(), most() / cacheOf9, held()]).toEqual([passCount, caches, 0]);
  }
});

test("a caller that stops reading, and a sampler that throws, leave no cache behind", async () => {
  const { engine, held } = limitedEngine();
  const model = { ...tinyModel(), engine };
  for await (const _ of generateSamples(model, [3], { count: 3, sampleFor: placeBelow })) break;
  expect(held()).toBe(0);
  const sampleFor = (index: number): Sample => {
    if (index === 0) return greedy;
    return () => {
      throw new RangeError("no token is left");
    };
  };
  await expect(samples(model, { sampleFor })).rejects.toThrow("no token is left");
  expect(held()).toBe(0);
});

test("samples end at the context's end", async () => {
  const { reasons } = await samples(tinyModel({ nPositions: 5 }), { maxTokens: undefined, count: 2 });
  expect(reasons).toEqual(["context", "context"]);
});

test.each([0, -1, 1.5, Number.NaN])("a count of %s is refused by the call itself", (count) => {
  expect(() => generateSamples(tinyModel(), [3], { count, sampleFor: () => greedy })).toThrow(
    `generateSamples: count must be a whole number, 1 or more, got ${count}`,
  );
});

test("a batchSize below 1 is refused, and 1 draws one sample after the other", async () => {
  const options = { count: 3, sampleFor: placeBelow };
  expect(() => generateSamples(tinyModel(), [3], { ...options, batchSize: 0 })).toThrow(
    "generateSamples: batchSize must be a whole number, 1 or more, got 0",
  );
  const { model, passes } = countPasses(tinyModel());
  expect(await samples(model, { batchSize: 1 })).toEqual(await samples());
  expect(passes()).toBe(1 + 3 * 5);
});

test("a prompt or option that cannot be is refused in its name", () => {
  expect(() => generateSamples(tinyModel(), [61], { count: 1, sampleFor: () => greedy })).toThrow(
    "generateSamples: the prompt's token id 61 is out of range; ids go from 0 to 60",
  );
});
