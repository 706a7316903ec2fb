/** What a model's generation config does to the options of tsgpt generate. */
import { type GenerationConfig, type Model, parseGenerationConfig } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { dialects, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import { CliError } from "../src/cli-error.ts";
import { describeDefaults, withModelDefaults } from "../src/generate/model-defaults.ts";
import { type Strategy, strategyOf } from "../src/generate/strategy.ts";
import type { LoadedModel } from "../src/model/load-model.ts";
import type { GenerationFlags } from "../src/options/generation.ts";
import { resolveChain } from "../src/options/resolve-chain.ts";
import { fixture } from "./process.ts";

const tiny = await loadModel(fixture("tiny-tied"));

const model = (keys: object, eosTokenId: Model["config"]["eosTokenId"] = undefined): LoadedModel => ({
  ...tiny,
  isDefault: false,
  config: { ...tiny.config, eosTokenId },
  generation: parseGenerationConfig(JSON.stringify(keys)),
});
const flagsOf = (typed: Partial<GenerationFlags>): GenerationFlags => ({
  ...{ dialect: "hf", cache: true },
  ...typed,
});
const fill = (keys: object, typed: Partial<GenerationFlags> = {}, promptLength = 3) => {
  const flags = flagsOf(typed);
  return withModelDefaults(flags, model(keys), strategyOf(flags), promptLength);
};

/** The chain for a prompt of three tokens. */
function chain(
  keys: object,
  typed: Partial<GenerationFlags> = {},
  { eos = undefined as number[] | undefined, prompt = 3 } = {},
) {
  const flags = flagsOf(typed);
  const strategy: Strategy = strategyOf(flags);
  const filled = withModelDefaults(flags, model(keys, eos), strategy, prompt).flags;
  return resolveChain(filled, model(keys, eos), prompt, { defaults: strategy !== "beams" });
}

const TOP_K_50 = { type: "top-k", k: 50, boundary: "hf" };

test.each(STEP_FLAGS.flatMap(({ name, option }) => (option?.transformers ? [[option.transformers.key, name]] : [])))(
  "the key %s that a step declares is read, and is --%s",
  (key, flag) => {
    const inFile = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const value = flag === "topK" || flag === "noRepeatNgram" ? 4 : 0.25;
    const { flags, applied } = fill({ do_sample: true, [inFile]: value });
    expect(applied).toContain(key);
    expect(flags).toMatchObject({ [flag]: value });
  },
);

test("the keys that steps declare are keys of a generation config, or nothing compiles", () => {
  type Declared = NonNullable<NonNullable<StepFlag["option"]>["transformers"]>["key"];
  type Join<Key extends keyof GenerationConfig> = Key;
  type Joined = Join<Declared>;
  // @ts-expect-error: a key that a generation config does not have
  type Missing = Join<Declared | "dummyCutoff">;
  const keys: readonly (Joined & Missing)[] = STEP_FLAGS.flatMap(({ option }) => option?.transformers?.key ?? []);
  expect(keys).toContain("topP");
});

test("every key that draws a token has its step", () => {
  const keys = {
    ...{ do_sample: true, temperature: 0.7, top_k: 5, top_p: 0.9, min_p: 0.1, typical_p: 0.95 },
    ...{ epsilon_cutoff: 0.0003, eta_cutoff: 0.0004, repetition_penalty: 1.2, no_repeat_ngram_size: 3 },
  };
  expect(chain(keys)).toEqual([
    { type: "repetition-penalty", penalty: 1.2, scope: "all" },
    { type: "no-repeat-ngram", n: 3, scope: "all" },
    { type: "temperature", temperature: 0.7 },
    { type: "top-k", k: 5, boundary: "hf" },
    { type: "top-p", p: 0.9, boundary: "hf" },
    { type: "min-p", p: 0.1 },
    { type: "typical", mass: 0.95, boundary: "hf" },
    { type: "epsilon", epsilon: 0.0003 },
    { type: "eta", epsilon: 0.0004 },
  ]);
});

test("what transformers takes for off is off", () => {
  const keys = { top_k: 0, top_p: 1.5, typical_p: 2, epsilon_cutoff: 1, eta_cutoff: -1, temperature: 1 };
  expect(chain(keys)).toEqual([]);
});

test("what is typed counts before it, and what is not named is the dialect's", () => {
  expect(chain({ temperature: 0.7, top_k: 5 }, { temperature: 1, topK: 0 })).toEqual([]);
  expect(chain({ temperature: 0.7 })).toEqual([{ type: "temperature", temperature: 0.7 }, TOP_K_50]);
  expect(chain({})).toEqual([TOP_K_50]);
});

test("the other dialects take none of it", () => {
  const keys = { do_sample: false, temperature: 0.7, repetition_penalty: 2, suppress_tokens: [1], max_length: 1 };
  const flags = flagsOf({ dialect: "lecture" });
  expect(withModelDefaults(flags, model(keys), "sample", 3)).toEqual({
    flags: { ...flags, maxTokens: 200 },
    applied: [],
  });
});

describe.each(dialects)("the default model, in the dialect %s,", (dialect) => {
  const keys = { temperature: 0.7, top_p: 0.8, repetition_penalty: 2, suppress_tokens: [1], max_length: 4 };
  const own = { ...model(keys), isDefault: true };
  const filled = (typed: Partial<GenerationFlags>) => {
    const flags = flagsOf({ dialect, ...typed });
    return withModelDefaults(flags, own, strategyOf(flags), 3);
  };

  test("draws as its config says where nothing is typed", () => {
    expect(filled({}).flags).toMatchObject({ temperature: 0.7, topP: 0.8 });
    expect(filled({}).applied).toEqual(expect.arrayContaining(["temperature", "topP"]));
    expect(filled({ topP: 1 }).flags).toMatchObject({ temperature: 0.7, topP: 1 });
  });

  test("has nothing that greedy, beams or mirostat would make pointless", () => {
    for (const typed of [{ greedy: true }, { beams: 2 }]) {
      const { flags } = filled(typed);
      expect([flags.temperature, flags.topP]).toEqual([undefined, undefined]);
    }
    const { flags } = filled({ mirostatTau: 4 });
    expect([flags.temperature, flags.topP]).toEqual([0.7, undefined]);
  });

  test("takes penalties, constraints and lengths under hf alone", () => {
    const { repetitionPenalty, bannedIds, maxTokens } = filled({}).flags;
    expect([repetitionPenalty, bannedIds, maxTokens]).toEqual(
      dialect === "hf" ? [2, [[1]], 1] : [undefined, undefined, 200],
    );
  });

  test("names the file and the option of a value that cannot be", () => {
    const flags = flagsOf({ dialect });
    const wrong = { ...model({ top_p: 0 }), isDefault: true };
    expect(() => withModelDefaults(flags, wrong, "sample", 3)).toThrow(
      new CliError('generation_config.json: "top_p" is 0: p must be above 0 and at most 1 (1 is off); give --top-p', 1),
    );
  });

  test("shows with --verbose what applies", () => {
    const { flags, applied } = filled({});
    expect(describeDefaults(own, flags, applied)).toContain("temperature 0.7, top_p 0.8");
    const rest = "and with --dialect hf repetition_penalty, suppress_tokens, max_length\n";
    if (dialect !== "hf") expect(describeDefaults(own, flags, applied)).toContain(rest);
  });
});

describe("do_sample false", () => {
  const keys = { do_sample: false, temperature: 0, top_k: 5, repetition_penalty: 1.2 };
  const penalty = { type: "repetition-penalty", penalty: 1.2, scope: "all" };

  test("is --greedy, with the penalties and without what only a draw needs", () => {
    expect(chain(keys)).toEqual([penalty, { type: "greedy" }]);
    expect(chain(keys, { greedy: true })).toEqual([penalty, { type: "greedy" }]);
  });

  test.each([{ seed: 1 }, { topP: 1 }, { numSamples: 2 }])("gives way to %j, which asks for a draw", (typed) => {
    expect(chain({ ...keys, temperature: 1 }, typed)).toEqual([penalty, { type: "top-k", k: 5, boundary: "hf" }]);
  });
});

test("mirostat, typed, takes the place of the truncations", () => {
  expect(chain({ top_k: 5, top_p: 0.9, temperature: 0.7 }, { mirostatTau: 4 })).toEqual([
    { type: "temperature", temperature: 0.7 },
    { type: "mirostat", tau: 4, eta: 0.1 },
  ]);
  expect(chain({ top_k: 5, temperature: 0.7 }, { mirostatTau: 0 })).toEqual([
    { type: "temperature", temperature: 0.7 },
    { type: "top-k", k: 5, boundary: "hf" },
  ]);
});

test("beams take the penalties, the constraints and the length penalty", () => {
  const keys = { top_k: 5, repetition_penalty: 1.2, length_penalty: 0.5, suppress_tokens: [9] };
  expect(chain(keys, { beams: 2 })).toEqual([
    { type: "repetition-penalty", penalty: 1.2, scope: "all" },
    { type: "banned-words", sequences: [[9]] },
  ]);
  expect(fill(keys, { beams: 2 }).flags.lengthPenalty).toBe(0.5);
  expect(fill(keys, { beams: 2, lengthPenalty: 2 }).flags.lengthPenalty).toBe(2);
});

test("contrastive search looks at top_k candidates", () => {
  expect(fill({ top_k: 5, top_p: 0.5 }, { penaltyAlpha: 0.6 }).flags).toMatchObject({ topK: 5 });
  expect(fill({ top_k: 5, top_p: 0.5 }, { penaltyAlpha: 0.6 }).flags.topP).toBeUndefined();
});

test("bad words are banned but for the end tokens, and suppressed tokens as far as there are any", () => {
  const keys = { bad_words_ids: [[4], [31], [31, 5]], suppress_tokens: [6, 4000], top_k: 0 };
  expect(chain(keys, {}, { eos: [31] })).toEqual([{ type: "banned-words", sequences: [[4], [31, 5], [6]] }]);
  expect(chain(keys, { banned: ["7"] }, { eos: [31] })).toEqual([{ type: "banned-words", sequences: [[7], [6]] }]);
});

test("min_new_tokens counts before min_length, and either holds all end tokens back", () => {
  const eos = [31, 9];
  const step = (length: number, of?: "all") => ({ type: "min-length", length, eos, ...(of && { of }) });
  expect(chain({ min_length: 7, top_k: 0 }, {}, { eos })).toEqual([step(7, "all")]);
  expect(chain({ min_length: 7, min_new_tokens: 2, top_k: 0 }, {}, { eos })).toEqual([step(2)]);
  expect(chain({ min_length: 7, top_k: 0 }, { minTokens: 3 }, { eos })).toEqual([step(3)]);
  expect(chain({ min_length: 7, top_k: 0 }, { minTokens: 0 }, { eos })).toEqual([]);
  expect(chain({ min_length: 7, min_new_tokens: 2, top_k: 0 })).toEqual([]); // without an end token nothing is held back
});

test("begin_suppress_tokens may not be the first token, or the second after a forced one", () => {
  const keys = { begin_suppress_tokens: [3, 4000], forced_bos_token_id: 8, top_k: 0 };
  expect(chain(keys)).toEqual([{ type: "min-length", length: 1, eos: [3] }]);
  expect(chain(keys, {}, { prompt: 1 })).toEqual([
    { type: "min-length", length: 2, eos: [3] },
    { type: "forced-token", id: 8, at: 0 },
  ]);
});

test("forced_eos_token_id is the last token that may come", () => {
  expect(chain({ forced_eos_token_id: [8], max_new_tokens: 5, top_k: 0 })).toEqual([
    { type: "forced-token", id: 8, at: 4 },
  ]);
  expect(chain({ forced_eos_token_id: 8, top_k: 0 }, { forcedLast: 9, maxTokens: 12 })).toEqual([
    { type: "forced-token", id: 9, at: 11 },
  ]);
});

test.each([
  [{ max_new_tokens: 5 }, {}, 5],
  [{ max_new_tokens: 5, max_length: 4 }, {}, 5],
  [{ max_length: 8 }, {}, 5],
  [{ max_length: 8 }, { maxTokens: 12 }, 12],
  [{}, {}, 200],
])("of %j and %j at most %i tokens come", (keys, typed, most) => {
  expect(fill(keys, typed).flags.maxTokens).toBe(most);
});

test.each([
  [{ temperature: 0 }, '"temperature" is 0: temperature must be above 0; give --temperature'],
  [{ top_p: 0 }, '"top_p" is 0: p must be above 0 and at most 1 (1 is off); give --top-p'],
  [{ min_p: 2 }, '"min_p" is 2: p must be from 0 to 1 (0 is off); give --min-p'],
  [
    { repetition_penalty: -1 },
    '"repetition_penalty" is -1: penalty must be a finite number above 0 (1 is off); give --repetition-penalty',
  ],
  [{ max_length: 3 }, '"max_length" is 3, which leaves no tokens after a prompt of 3 tokens; give --max-tokens'],
  [{ bad_words_ids: [[61]] }, '"bad_words_ids" names token 61; ids go from 0 to 60'],
  [{ forced_bos_token_id: 99 }, '"forced_bos_token_id" names token 99; ids go from 0 to 60'],
  [{ forced_eos_token_id: [4, 5] }, '"forced_eos_token_id" is [4,5]: only one token can be forced; give --forced-last'],
])("%j cannot be, and the message names file, key and option", (keys, message) => {
  expect(() => fill(keys)).toThrow(new CliError(`generation_config.json: ${message}`, 1));
});

test("top_k 0, no candidates for contrastive search, is an error of the file there alone", () => {
  const message = '"top_k" is 0: contrastive search needs 1 candidate or more; give --top-k';
  expect(() => fill({ top_k: 0 }, { penaltyAlpha: 0.5 })).toThrow(
    new CliError(`generation_config.json: ${message}`, 1),
  );
  expect(fill({ top_k: 0 }, { penaltyAlpha: 0.5, topK: 3 }).flags.topK).toBe(3);
  expect(fill({ top_k: 0 }).flags.topK).toBe(0);
});

test("--verbose shows what counts, as the file spells it", () => {
  const keys = { eos_token_id: [9, 31], temperature: 0.7, top_k: 5, max_new_tokens: 3 };
  const shown = (typed: Partial<GenerationFlags>) =>
    describeDefaults(model(keys), flagsOf(typed), fill(keys, typed).applied);
  expect(shown({ topK: 3 })).toBe("generation_config.json: eos_token_id [9,31], temperature 0.7, max_new_tokens 3\n");
  expect(shown({ dialect: "lecture" })).toBe(
    "generation_config.json: eos_token_id [9,31], and with --dialect hf temperature, top_k, max_new_tokens\n",
  );
  expect(describeDefaults(model({}), flagsOf({}), [])).toBe("");
});
