/** generate of the library: the text of the command, read token by token or awaited. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomModel } from "@tsgpt/gpt";
import { SamplingError } from "@tsgpt/sampling";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type GenerateOptions, generate, loadModel, type Model } from "../../src/index.ts";
import { run } from "../../src/run.ts";
import { captured } from "../captured.ts";
import { emptyFolder, fixture } from "../process.ts";

const PROMPT = "Once upon a time";
const folder = fixture("fairytales-1");
let model: Model;
beforeAll(async () => {
  model = await loadModel(folder, { threads: 1 });
});
afterAll(() => model.engine.dispose());

/** What `tsgpt generate` completes. */
async function completionOf(...flags: string[]) {
  const at = flags.includes("--model") ? [] : ["--model", folder];
  const args = ["generate", PROMPT, ...at, "--threads", "1", "--json", "--quiet", ...flags];
  const { text, tokens, finishReason } = JSON.parse(await captured(() => run(args)));
  return { text, ids: tokens.map(({ id }: { id: number }) => id), finishReason };
}

describe("the same seed gives the text of the command", () => {
  test("to the default length", async () => {
    const expected = await completionOf("--seed", "14");
    expect(expected.ids.length).toBeGreaterThan(30);
    expect(await generate(model, PROMPT, { seed: 14 })).toEqual(expected);
  });

  test.each<[GenerateOptions, string[]]>([
    [{ temperature: 1.5, topK: 20, seed: 3 }, ["--temperature", "1.5", "--top-k", "20", "--seed", "3"]],
    [{ greedy: true, repetitionPenalty: 1.3 }, ["--greedy", "--repetition-penalty", "1.3"]],
    [{ seed: 14, stop: ["."] }, ["--seed", "14", "--stop", "."]],
    [
      { minP: 0.02, seed: 3, minLength: { length: 9, eos: 0 } },
      ["--min-p", "0.02", "--seed", "3", "--min-tokens", "9"],
    ],
    [{ mirostatTau: 4, seed: 3 }, ["--mirostat-tau", "4", "--seed", "3"]],
    [{ typical: 0.8, xtcProbability: 0.5, seed: 3 }, ["--typical", "0.8", "--xtc-probability", "0.5", "--seed", "3"]],
    [{ watermark: { key: 7 }, seed: 3 }, ["--watermark-key", "7", "--seed", "3"]],
  ])("with %j", async (options, flags) => {
    const expected = await completionOf(...flags, "--max-tokens", "20");
    expect(await generate(model, PROMPT, { ...options, maxTokens: 20 })).toEqual(expected);
  });

  test("with DRY, whose breakers are the command's: the greedy text differs without them", async () => {
    const dry = { greedy: true, dryMultiplier: 3, dryAllowedLength: 1, maxTokens: 60 };
    const flags = ["--greedy", "--dry-multiplier", "3", "--dry-allowed-length", "1", "--max-tokens", "60"];
    expect(await generate(model, PROMPT, dry)).toEqual(await completionOf(...flags));
    const without = await generate(model, PROMPT, { ...dry, dryBreakers: [] });
    expect(without).toEqual(await completionOf(...flags, "--dry-breaker", "none"));
    expect(without).not.toEqual(await generate(model, PROMPT, dry));
  });
});

test("a model's generation config: its end tokens count for both, its sampling for neither", async () => {
  const other = emptyFolder();
  cpSync(folder, other, { recursive: true });
  const [period] = model.tokenizer?.encode(".") ?? [];
  const config = { eos_token_id: [0, period], do_sample: true, temperature: 0.2, top_k: 2, repetition_penalty: 1.5 };
  writeFileSync(join(other, "generation_config.json"), JSON.stringify(config));
  const own = await loadModel(other, { threads: 1 });
  const expected = await completionOf("--model", other, "--seed", "14");
  expect(expected.ids.at(-1)).toBe(period);
  expect(await generate(own, PROMPT, { seed: 14 })).toEqual(expected);
  own.engine.dispose();
});

test("without a seed each text is another", async () => {
  const texts = await Promise.all([1, 2].map(async () => (await generate(model, PROMPT, { maxTokens: 20 })).text));
  expect(texts[0]).not.toBe(texts[1]);
});

describe("what is returned", () => {
  const options = { seed: 1, maxTokens: 9 };

  test("is read token by token, and its texts are the whole text", async () => {
    const tokens = [];
    for await (const token of generate(model, PROMPT, options)) tokens.push(token);
    const { text, ids, finishReason } = await generate(model, PROMPT, options);
    expect(tokens.map((token) => token.text).join("")).toBe(text);
    expect(tokens.map(({ id }) => id)).toEqual(ids);
    expect(finishReason).toBe("length");
  });

  test("is the whole text when awaited after the loop, and again", async () => {
    const generation = generate(model, PROMPT, options);
    for await (const _ of generation);
    const text = await generation;
    expect(text.ids).toHaveLength(9);
    expect(await generation).toBe(text);
  });

  test("is complete when awaited after its first token was read", async () => {
    const generation = generate(model, PROMPT, options);
    const first = await generation[Symbol.asyncIterator]().next();
    expect((await generation).ids[0]).toBe(first.value?.id);
    expect((await generation).ids).toHaveLength(9);
  });

  test("ends where a loop is left, with the text that was held back", async () => {
    const generation = generate(model, PROMPT, { ...options, stop: [" a huntsman and a king"] });
    const ids = [];
    for await (const { id } of generation) if (ids.push(id) === 3) break;
    const { text, ...rest } = await generation;
    expect(rest).toEqual({ ids, finishReason: "abort" });
    expect(text).toBe(model.tokenizer?.decode(ids));
  });

  test("runs nothing before it is read", async () => {
    const controller = new AbortController();
    const generation = generate(model, PROMPT, { ...options, signal: controller.signal });
    controller.abort();
    expect(await generation).toEqual({ text: "", ids: [], finishReason: "abort" });
  });

  test("rejects with the error of the run", async () => {
    const free = vi.spyOn(model.engine, "takeArena").mockImplementation(() => {
      throw new Error("no arena");
    });
    const generation = generate(model, PROMPT, options);
    await expect(generation).rejects.toThrow("no arena");
    free.mockRestore();
    await expect(generation).rejects.toThrow("no arena"); // it is not run again
  });
});

test("maxTokens 0 generates nothing", async () => {
  expect(await generate(model, PROMPT, { maxTokens: 0 })).toEqual({ text: "", ids: [], finishReason: "length" });
});

test("a model without a tokenizer continues ids", async () => {
  const config = { ...model.config, nLayer: 1 };
  const engine = createReferenceEngine();
  const plain = await randomModel("plain", config, engine);
  const { text, ids } = await generate(plain, [1, 2, 3], { maxTokens: 2, greedy: true });
  expect(text).toBe("");
  expect(ids).toHaveLength(2);
});

describe("errors are thrown at the call", () => {
  test.each<[unknown, RegExp]>([
    [{ max_tokens: 3 }, /^generate: there is no option "max_tokens"; did you mean "maxTokens"\?$/],
    [{ top_p: 0.5 }, /^generate: there is no option "top_p"; did you mean "topP"\?$/],
    [{ temprature: 1 }, /^generate: there is no option "temprature"; did you mean "temperature"\?$/],
    [{ maxTokens: "3" }, /^generate: option "maxTokens" must be a number, got the string "3"$/],
    [{ stop: "x" }, /^generate: option "stop" must be a list of strings, got the string "x"$/],
    [{ signal: new AbortController() }, /^generate: option "signal" must be an AbortSignal, got an AbortController$/],
    [{ topK: "3" }, /^generate: option "topK" must be a number, got the string "3"$/],
    [{ maxTokens: -1 }, /^generate: maxTokens must be a whole number, 0 or more, got -1$/],
    [{ maxTokens: Number.NaN }, /^generate: maxTokens must be a whole number, 0 or more, got NaN$/],
    [{ maxTokens: 1.5 }, /^generate: maxTokens must be a whole number, 0 or more, got 1.5$/],
    [{ stop: ["a", ""] }, /^stop: a stop string must not be empty$/],
    [
      { seed: 1, greedy: true },
      /^generate: seed does nothing with greedy, which draws nothing; leave one of them out$/,
    ],
    [{ seed: -1 }, /^generate: seed must be a whole number from 0 to 9007199254740991, got -1$/],
    [{ seed: 1.5 }, /^generate: seed must be a whole number from 0 to 9007199254740991, got 1.5$/],
    [{ seed: Number.NaN }, /^generate: seed must be a whole number from 0 to 9007199254740991, got NaN$/],
  ])("%j", (options, message) => {
    expect(() => generate(model, PROMPT, options as GenerateOptions)).toThrow(message);
    expect(() => generate(model, PROMPT, options as GenerateOptions)).toThrow(RangeError);
  });

  test.each<[unknown, string]>([
    [undefined, "nothing"],
    [null, "null"],
    [5, "the number 5"],
    [{ prompt: PROMPT }, "an object"],
    [Promise.resolve(PROMPT), "a Promise"],
  ])("for the prompt %o", (prompt, got) => {
    expect(() => generate(model, prompt as string)).toThrow(
      new RangeError(`generate: the prompt must be a text or a list of token ids, got ${got}`),
    );
  });

  test.each<[unknown, string]>([
    [undefined, "nothing"],
    ["gpt2", 'the string "gpt2"'],
    [Promise.resolve(), "a Promise; await it"],
  ])("for the model %o", (notModel, got) => {
    expect(() => generate(notModel as Model, PROMPT)).toThrow(
      new RangeError(`generate: the first argument must be a model, as loadModel gives it, got ${got}`),
    );
  });

  test("of temperature 0, whose message names the option to use", () => {
    expect(() => generate(model, PROMPT, { temperature: 0 })).toThrow(/or the option greedy$/);
  });

  test.each<[unknown, string]>([
    [{ topP: 2 }, "topP must be above 0 and at most 1 (1 is off), got 2"],
    [{ topK: 1.5 }, "topK must be a whole number, 0 or more (0 is off), got 1.5"],
    [{ logitBias: [1] }, "logitBias must be an object of finite numbers by token id, got [1]"],
    [{ watermark: { kye: 1 } }, 'watermark has no parameter "kye"; did you mean "key"?'],
    [{ dryBase: 2 }, "dryBase does nothing without dryMultiplier; give that too"],
    [{ mirostatTau: 5, topK: 4 }, "mirostat replaces the other truncations; leave topK out"],
    [{ greedy: true, minP: 0.1 }, "greedy takes the most probable token whatever minP does; leave one out"],
  ])("of the chain too, in the words of the options: %j", (options, message) => {
    expect(() => generate(model, PROMPT, options as GenerateOptions)).toThrow(
      new SamplingError(`generate: ${message}`),
    );
  });
});
