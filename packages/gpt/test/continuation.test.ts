/** What all strategies share: text that is held back is handed over when a text ends early, and not a second time. */
import { describe, expect, test } from "vitest";
import type { GeneratedToken, TextOptions } from "../src/decode/continuation.ts";
import { contrastiveSearch } from "../src/decode/contrastive-search.ts";
import { softmaxDistribution } from "../src/decode/distribution.ts";
import { generateBatch } from "../src/decode/generate-batch.ts";
import { generateSamples } from "../src/decode/samples.ts";
import { generateSpeculatively } from "../src/decode/speculative.ts";
import { generate } from "../src/generate.ts";
import { streamingDecoder } from "../src/tokenizer/streaming-decoder.ts";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";
import { characterTokenizer, tinyModel } from "./tiny-model.ts";

const letters = characterTokenizer("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61));
const model = tinyModel({}, letters);
const PROMPT = [3, 1, 4];

/** Chooses ids 0, 1, 2, ...: "abc..."; `at` is called before a token is chosen, with how many there are. */
const inTurn =
  (at: (count: number) => void) =>
  (_: Float32Array, { history }: { readonly history: readonly number[] }): number => {
    const count = history.length - PROMPT.length;
    at(count);
    return count;
  };

type Run = (options: TextOptions, at: (count: number) => void) => AsyncGenerator<GeneratedToken, unknown>;

const distributionOf = (at: (count: number) => void) => {
  const choose = inTurn(at);
  return (logits: Float32Array, context: { readonly history: readonly number[] }) => ({
    ids: [choose(logits, context)],
    probabilities: [1],
  });
};

const STRATEGIES: readonly (readonly [string, Run])[] = [
  ["generate", (options, at) => generate(model, PROMPT, { ...options, sample: inTurn(at) })],
  [
    "generateSamples",
    (options, at) => generateSamples(model, PROMPT, { ...options, count: 1, sampleFor: () => inTurn(at) }),
  ],
  [
    "generateSpeculatively",
    (options, at) =>
      generateSpeculatively(model, PROMPT, {
        ...options,
        distribution: distributionOf(at),
        uniform: () => 0,
        proposer: () => ({ propose: async () => [], dispose: () => {} }),
      }),
  ],
  [
    "contrastiveSearch",
    (options, at) => contrastiveSearch(model, PROMPT, { ...options, distribution: distributionOf(at) }),
  ],
];

/** The texts of the tokens, and what was handed over; an error is kept. */
async function told(run: (onHeldText: (text: string) => void) => AsyncGenerator<GeneratedToken, unknown>) {
  const held: string[] = [];
  const texts: string[] = [];
  let error: unknown;
  try {
    for await (const { text } of run((text) => void held.push(text))) texts.push(text);
  } catch (thrown) {
    error = thrown;
  }
  return { texts, held, error };
}

describe.each(STRATEGIES)("%s", (_, strategy) => {
  const stop = ["bcx"]; // "b" and "bc" may begin it

  test("an abort hands over the beginning of a stop string", async () => {
    const controller = new AbortController();
    const at = (count: number) => count === 2 && controller.abort();
    const { texts, held } = await told((onHeldText) =>
      strategy({ stop, signal: controller.signal, onHeldText, maxTokens: 9 }, at),
    );
    expect(texts.slice(0, 2)).toEqual(["a", ""]); // contrastive search notices the abort before "c" is chosen
    expect(texts.join("") + held.join("")).toBe("abc".slice(0, texts.length));
    expect(held).toHaveLength(1);
  });

  test("so does an error", async () => {
    const at = (count: number) => {
      if (count === 3) throw new Error("no more");
    };
    const { texts, held, error } = await told((onHeldText) => strategy({ stop, onHeldText, maxTokens: 9 }, at));
    expect(texts).toEqual(["a", "", ""]);
    expect(held).toEqual(["bc"]);
    expect(error).toMatchObject({ message: "no more" });
  });

  test("so does a caller that stops reading", async () => {
    const held: string[] = [];
    for await (const { id } of strategy({ stop, onHeldText: (text) => void held.push(text) }, () => {})) {
      if (id === 2) break;
    }
    expect(held).toEqual(["bc"]);
  });

  test("a text that ends by its length has handed over all of it in its tokens", async () => {
    const { texts, held } = await told((onHeldText) => strategy({ stop, onHeldText, maxTokens: 3 }, () => {}));
    expect(texts).toEqual(["a", "", "bc"]);
    expect(held).toEqual([]);
  });

  test("what follows a stop string is not handed over", async () => {
    const { texts, held } = await told((onHeldText) => strategy({ stop: ["b"], onHeldText }, () => {}));
    expect(texts).toEqual(["a", ""]);
    expect(held).toEqual([]);
  });
});

const ended = async (run: AsyncGenerator) => {
  for await (const _ of run);
};

test.each(["length", 61])("%s is no id, of whatever function of the caller", async (id) => {
  const chosen = typeof id === "string" ? `the string "${id}"` : `id ${id}`;
  const refuses = async (run: AsyncGenerator, what: string) =>
    expect(ended(run)).rejects.toThrow(new RangeError(`${what} chose ${chosen}; ids go from 0 to 60`));
  const sampleFor = () => () => id as number;
  const distribution = () => ({ ids: [id as number], probabilities: [1] });
  const uniform = () => 0;
  const none = () => ({ propose: async () => [], dispose: () => {} });
  await refuses(generateSamples(model, PROMPT, { count: 1, sampleFor }), "generateSamples: sample");
  await refuses(generateBatch(model, [PROMPT], { sampleFor }), "generateBatch: sequence 0: sample");
  await refuses(
    generateSpeculatively(model, PROMPT, { distribution, uniform, proposer: none }),
    "generateSpeculatively: distribution",
  );
  const proposer = () => ({
    propose: async () => [{ id: id as number, from: { ids: [1], probabilities: [1] } }],
    dispose: () => {},
  });
  await refuses(
    generateSpeculatively(model, PROMPT, { distribution: softmaxDistribution, uniform, proposer }),
    "generateSpeculatively: proposer",
  );
  await refuses(contrastiveSearch(model, PROMPT, { distribution }), "contrastiveSearch: distribution");
});

test.each([
  [undefined, "nothing"],
  [[1], "an Array"],
  [{ ids: [1, 2], probabilities: [1] }, "an object"],
])("a distribution must be one, not %j", async (given, got) => {
  const rule = "distribution must return { ids, probabilities }, ids and as many probabilities";
  const options = { distribution: () => given as never };
  await expect(ended(contrastiveSearch(model, PROMPT, options))).rejects.toThrow(
    new RangeError(`contrastiveSearch: ${rule}, got ${got}`),
  );
});

test("sampleFor must return a sampler", async () => {
  const sampleFor = () => 3 as never;
  const problem = "sampleFor must return a function, got the number 3";
  const run = generateSamples(model, PROMPT, { count: 1, sampleFor });
  await expect(ended(run)).rejects.toThrow(new RangeError(`generateSamples: ${problem}`));
  const batch = generateBatch(model, [PROMPT], { sampleFor });
  await expect(ended(batch)).rejects.toThrow(new RangeError(`generateBatch: ${problem}`));
});

test("an abort inside a character hands over U+FFFD, as a text's end does", async () => {
  const decoder = () => streamingDecoder((id) => Uint8Array.of(id === 0 ? 0x61 : 0xc3));
  const model = tinyModel({}, { ...letters, streamingDecoder: decoder } as Tokenizer);
  const controller = new AbortController();
  const sample = inTurn((count) => count === 1 && controller.abort());
  const { texts, held } = await told((onHeldText) =>
    generate(model, PROMPT, { sample, signal: controller.signal, onHeldText }),
  );
  expect(texts).toEqual(["a", ""]);
  expect(held).toEqual(["\uFFFD"]);
});

test("the text of each sample under way is handed over, behind its tokens", async () => {
  const controller = new AbortController();
  const sampleFor = (index: number) => inTurn((count) => index === 1 && count === 1 && controller.abort());
  const options = { count: 3, sampleFor, stop: ["bx"], maxTokens: 3, signal: controller.signal };
  const order: string[] = [];
  const onHeldText = (text: string, index: number) => void order.push(`${index} held ${text}`);
  for await (const { index, text } of generateSamples(model, PROMPT, { ...options, onHeldText })) {
    order.push(`${index} ${text}`);
  }
  expect(order).toEqual(["0 a", "0 ", "0 held b", "1 a", "1 ", "1 held b", "2 a", "2 ", "2 held b"]);
});
