/** Several samples over one prefill are the samples that generate would draw one at a time. */
import { argmax, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import type { Sample } from "../src/continuation.ts";
import { generateSamples, type SamplesOptions } from "../src/decode/samples.ts";
import { generate } from "../src/generate.ts";
import { collect } from "./collect.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { characterTokenizer, tinyModel } from "./tiny-model.ts";

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

test("the prompt is fed once for all samples: a prefill, and a pass for each further token", async () => {
  const { model, passes } = countPasses(tinyModel());
  await samples(model, { count: 4, maxTokens: 3 });
  expect(passes()).toBe(1 + 4 * 2); // a sample's first token comes of the prefill
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

test("an abort ends the sample begun and those to come", async () => {
  const controller = new AbortController();
  const sampleFor =
    (index: number): Sample =>
    (logits, context) => {
      if (index === 1 && context.history.length === 4) controller.abort();
      return greedy(logits, context);
    };
  const { tokens, reasons } = await samples(tinyModel(), { sampleFor, signal: controller.signal });
  expect(reasons).toEqual(["length", "abort", "abort"]);
  expect(tokens.map(({ index }) => index)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});

test("an abort before the prompt is through yields nothing", async () => {
  const { tokens, reasons } = await samples(tinyModel(), { signal: AbortSignal.abort() });
  expect({ tokens, reasons }).toEqual({ tokens: [], reasons: ["abort", "abort", "abort"] });
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

test("a prompt or option that cannot be is refused in its name", () => {
  expect(() => generateSamples(tinyModel(), [61], { count: 1, sampleFor: () => greedy })).toThrow(
    "generateSamples: the prompt's token id 61 is out of range; ids go from 0 to 60",
  );
});
