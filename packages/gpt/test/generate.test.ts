import { readFileSync } from "node:fs";
import { argmax, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import type { FinishReason, GeneratedToken, Sample } from "../src/decode/continuation.ts";
import { type GenerateOptions, generate } from "../src/generate.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, type Model } from "../src/model.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer-files.ts";
import { characterTokenizer, tinyModel } from "./tiny-model.ts";

const model = tinyModel();
const greedy: Sample = (logits) => argmax(new Tensor(logits, [logits.length]));

/** A sampler that gives these ids in turn, whatever the logits. */
function scripted(ids: readonly number[]): Sample {
  let next = 0;
  return () => ids[next++ % ids.length] as number;
}

async function collect(m: Model, prompt: string | number[], options: Partial<GenerateOptions> = {}) {
  const tokens: GeneratedToken[] = [];
  const run = generate(m, prompt, { sample: greedy, ...options });
  let reason: FinishReason;
  for (;;) {
    const step = await run.next();
    if (step.done) {
      reason = step.value;
      break;
    }
    tokens.push(step.value);
  }
  return { tokens, ids: tokens.map((token) => token.id), text: tokens.map((token) => token.text).join(""), reason };
}

test("greedy generation takes the argmax of a full pass at each step", async () => {
  const { ids, reason } = await collect(model, [3, 1, 4], { maxTokens: 6 });
  const sequence = [3, 1, 4];
  for (const id of ids) {
    expect(id).toBe(argmax(forward(model, sequence, { positions: "last" }).row(0)));
    sequence.push(id);
  }
  expect(ids).toHaveLength(6);
  expect(reason).toBe("length");
});

test("useCache false gives the same ids", async () => {
  const cached = await collect(model, [3, 1, 4], { maxTokens: 12 });
  const uncached = await collect(model, [3, 1, 4], { maxTokens: 12, useCache: false });
  expect(uncached.ids).toEqual(cached.ids);
});

test("a cache that is given is emptied, used, and left to the caller", async () => {
  const cache = new KVCache(model.config, model.engine, 10);
  const own = await collect(model, [3, 1, 4], { maxTokens: 7 });
  for (const _ of [1, 2]) expect((await collect(model, [3, 1, 4], { maxTokens: 7, cache })).ids).toEqual(own.ids);
  expect(cache.length).toBe(9); // the last token is never fed
});

test("a cache that cannot hold prompt and tokens is refused, and so is one beside useCache false", async () => {
  const cache = new KVCache(model.config, model.engine, 9);
  expect(() => generate(model, [3, 1, 4], { sample: greedy, maxTokens: 7, cache })).toThrow(
    "context overflow: 3 past + 7 new tokens = 10, cache capacity is 9",
  );
  expect(() => generate(model, [3], { sample: greedy, maxTokens: 1, cache, useCache: false })).toThrow(
    "generate: useCache is false, and a cache is given; leave one of them out",
  );
});

test("logprob is ln softmax of the raw logits, whatever the sampler does to them", async () => {
  const sample: Sample = (logits) => {
    logits.fill(0);
    return 7;
  };
  const { tokens } = await collect(model, [3, 1, 4], { maxTokens: 1, sample });
  const logits = forward(model, [3, 1, 4], { positions: "last" }).data;
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  expect(tokens[0]?.logprob).toBeCloseTo((logits[7] as number) - Math.log(sum), 5);
});

test("positions count on from the prompt", async () => {
  const { tokens } = await collect(model, [3, 1, 4], { maxTokens: 3 });
  expect(tokens.map((token) => token.position)).toEqual([3, 4, 5]);
});

test("the sampler sees all ids so far and where the prompt ended", async () => {
  const seen: string[] = [];
  const sample: Sample = (_, { history, promptLength }) => {
    seen.push(`${history.join(",")} | ${promptLength}`);
    return history.length;
  };
  await collect(model, [3, 1], { maxTokens: 3, sample });
  expect(seen).toEqual(["3,1 | 2", "3,1,2 | 2", "3,1,2,3 | 2"]);
});

test("the end-of-text token ends it and is the last token, with no text", async () => {
  const withEos = tinyModel({ eosTokenId: 2 }, characterTokenizer(characters));
  const { ids, text, reason } = await collect(withEos, [3], { sample: scripted([5, 2, 6]) });
  expect({ ids, text, reason }).toEqual({ ids: [5, 2], text: "f", reason: "eos" });
});

test("ignoreEos goes on past it", async () => {
  const withEos = tinyModel({ eosTokenId: 2 });
  const { ids, reason } = await collect(withEos, [3], { sample: scripted([5, 2, 6]), ignoreEos: true, maxTokens: 3 });
  expect({ ids, reason }).toEqual({ ids: [5, 2, 6], reason: "length" });
});

test("the sequence ends at nPositions = 24", async () => {
  const { ids, reason } = await collect(model, [3, 1, 4]);
  expect(ids).toHaveLength(21);
  expect(reason).toBe("context");
});

test("maxTokens 0 gives nothing", async () => {
  expect(await collect(model, [3], { maxTokens: 0 })).toMatchObject({ ids: [], reason: "length" });
});

const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61);

test("a stop string across token borders ends the text and is not emitted", async () => {
  const lettered = tinyModel({}, characterTokenizer(characters));
  const { text, reason, ids } = await collect(lettered, "xy", {
    sample: scripted([0, 1, 2, 3, 4]),
    stop: ["cd"],
  });
  expect({ text, reason, ids }).toEqual({ text: "ab", reason: "stop", ids: [0, 1, 2, 3] });
});

test("text held back for a stop string that never comes is emitted with the last token", async () => {
  const lettered = tinyModel({}, characterTokenizer(characters));
  const { tokens, reason } = await collect(lettered, "xy", { sample: scripted([0, 2]), stop: ["cd"], maxTokens: 2 });
  expect(tokens.map((token) => token.text)).toEqual(["a", "c"]);
  expect(reason).toBe("length");
});

describe("GPT-2's tokenizer, whose tokens end inside characters", () => {
  const file = new URL("./fixtures/gpt2-tokenizer/tokenizer.json", import.meta.url);
  const tokenizer = loadTokenizer(readFileSync(file, "utf8"));
  const wide = tinyModel({ vocabSize: tokenizer.vocabSize }, tokenizer);
  const told = (text: string, options: Partial<GenerateOptions> = {}) => {
    const ids = tokenizer.encode(text);
    return collect(wide, "Hi", { sample: scripted(ids), maxTokens: ids.length, ...options });
  };

  test("half an emoji is never shown", async () => {
    const { tokens, text } = await told("a👩‍👧 日本");
    expect(text).toBe("a👩‍👧 日本");
    expect(tokens.filter((token) => token.text === "").length).toBeGreaterThan(3);
    for (const token of tokens) expect(token.text).not.toMatch(/\uFFFD|[\p{Surrogate}]/u);
  });

  test("an emoji of several tokens is a stop string; text may lie on both sides of it", async () => {
    const { text, reason, ids } = await told("a👩‍👧b", { stop: ["👧"] });
    expect({ text, reason }).toEqual({ text: "a👩\u200D", reason: "stop" });
    expect(ids).toEqual(tokenizer.encode("a👩‍👧b").slice(0, -1));
  });

  test("a stop string may begin inside a character sequence that goes on otherwise", async () => {
    expect(await told("a👩‍👧b", { stop: ["👩‍👩"] })).toMatchObject({ text: "a👩‍👧b", reason: "length" });
  });

  test("a text that ends inside a character says so with U+FFFD", async () => {
    const half = tokenizer.encode("a👧").slice(0, -1);
    const { text } = await collect(wide, "Hi", { sample: scripted(half), maxTokens: half.length });
    expect(text).toBe("a\uFFFD");
  });
});

test("an abort before the first step yields nothing", async () => {
  expect(await collect(model, [3], { signal: AbortSignal.abort() })).toMatchObject({ ids: [], reason: "abort" });
});

test("an abort during prefill is noticed between layers", async () => {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const ids = Array.from({ length: 20 }, (_, i) => i);
  expect(await collect(model, ids, { signal: controller.signal })).toMatchObject({ ids: [], reason: "abort" });
});

test("an abort between tokens ends it with what has come so far", async () => {
  const controller = new AbortController();
  const sample: Sample = (logits, { history }) => {
    if (history.length === 5) controller.abort();
    return greedy(logits, { history, promptLength: 3 });
  };
  const { ids, reason } = await collect(model, [3, 1, 4], { sample, signal: controller.signal });
  expect(ids).toHaveLength(3);
  expect(reason).toBe("abort");
});

test("each token lets the event loop turn", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const sample: Sample = (logits, context) => {
    const until = performance.now() + 2;
    while (performance.now() < until);
    return greedy(logits, context);
  };
  await collect(model, [3, 1, 4], { maxTokens: 15, sample });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

test("an empty prompt starts from bos, or eos, or is an error where the model has neither", async () => {
  const positions = async (changes: object) => {
    const seen: number[][] = [];
    const sample: Sample = (_, { history }) => {
      seen.push([...history]);
      return 0;
    };
    await collect(tinyModel(changes), "", { maxTokens: 1, sample });
    return seen[0];
  };
  expect(await positions({ bosTokenId: 4, eosTokenId: 5 })).toEqual([4]);
  expect(await positions({ eosTokenId: 5 })).toEqual([5]);
  await expect(positions({})).rejects.toThrow('the prompt is empty and model "tiny" has no bos or eos token');
});

test("text without a tokenizer is an error that says what to give", async () => {
  await expect(collect(model, "hello")).rejects.toThrow("a prompt must be given as token ids");
});

test("a prompt longer than the context is an error with the counts", async () => {
  const prompt = Array.from({ length: 1401 }, () => 1);
  await expect(collect(model, prompt)).rejects.toThrow("generate: the prompt has 1,401 tokens; the model takes 24");
  await expect(collect(model, prompt)).rejects.toMatchObject({ past: 0, adding: 1401, limit: 24, what: "nPositions" });
});

test("NaN logits are an error that names the position", async () => {
  const broken = tinyModel();
  broken.parameters.lnF.bias.data[0] = Number.NaN;
  await expect(collect(broken, [3, 1, 4])).rejects.toThrow("the logits at position 3 are NaN");
});

test.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("logits of %s are an error too", async (infinity) => {
  const broken = tinyModel();
  broken.parameters.lnF.bias.data.fill(infinity);
  const sampled = collect(broken, [3, 1, 4], { sample: () => 0 });
  await expect(sampled).rejects.toThrow(/the logits at position 3 are (NaN|infinite)/);
});

test.each([-1, 1.5, Number.NaN])("maxTokens of %s is refused", async (maxTokens) => {
  await expect(collect(model, [3], { maxTokens })).rejects.toThrow(
    `maxTokens must be a whole number, 0 or more, got ${maxTokens}`,
  );
});

test("options that cannot be are refused by the call itself, not by the first token", () => {
  const lettered = tinyModel({}, characterTokenizer(characters));
  expect(() => generate(lettered, "xy", { sample: greedy, stop: ["a", ""] })).toThrow("must not be empty");
  expect(() => generate(model, [3], { sample: greedy, stop: ["a"] })).toThrow("stop strings need a model with a tok");
  expect(() => generate(model, [3, 61], { sample: greedy })).toThrow(
    "generate: the prompt's token id 61 is out of range",
  );
  expect(() => generate(model, [3], { sample: greedy, maxTokens: -1 })).toThrow("maxTokens must be a whole number");
});

test.each([
  [undefined, "the prompt must be a text or a list of token ids, got nothing"],
  [{ prompt: "xy" }, "the prompt must be a text or a list of token ids, got an object"],
  [new Set([3]), "the prompt must be a text or a list of token ids, got a Set"],
  [["xy"], "the prompt's token id xy is out of range"],
  [[undefined], "the prompt's token id undefined is out of range"],
  [[Symbol("x")], "the prompt's token id Symbol(x) is out of range"],
])("a prompt %o is refused", (prompt, message) => {
  expect(() => generate(model, prompt as never, { sample: greedy })).toThrow(`generate: ${message}`);
});

test("a prompt may be a typed array of ids", async () => {
  const given = collect(model, Int32Array.of(3, 1) as unknown as number[], { maxTokens: 2 });
  expect(await given).toEqual(await collect(model, [3, 1], { maxTokens: 2 }));
});

test.each([
  [61, "id 61"],
  [-1, "id -1"],
  [1.5, "id 1.5"],
  [Number.NaN, "id NaN"],
  ["length", 'the string "length"'],
  ["5", 'the string "5"'],
  [undefined, "nothing"],
  [true, "true"],
  [Promise.resolve(3), "a Promise"],
])("a sampler that chooses %s is an error", async (id, chosen) => {
  await expect(collect(model, [3], { sample: () => id as number })).rejects.toThrow(
    new RangeError(`generate: sample chose ${chosen}; ids go from 0 to 60`),
  );
});
