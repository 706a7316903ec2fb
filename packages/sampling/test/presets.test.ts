import { type ChainOptions, presetChain } from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import { SamplingError } from "../src/errors.ts";
import { validateChain } from "../src/spec.ts";

describe("lecture", () => {
  test("the complete algorithm in the lecture's order", () => {
    const options = { topP: 0.8, topK: 40, temperature: 0.8, presencePenalty: 1.2, frequencyPenalty: 1.1 };
    expect(presetChain("lecture", options)).toEqual([
      { type: "lecture-penalties", frequency: 1.1, presence: 1.2, scope: "all" },
      { type: "temperature", temperature: 0.8 },
      { type: "top-k", k: 40, boundary: "llama.cpp" },
      { type: "top-p", p: 0.8 },
    ]);
  });

  test("top-p 0.9 is its default; without defaults nothing is added", () => {
    expect(presetChain("lecture")).toEqual([{ type: "top-p", p: 0.9 }]);
    expect(presetChain("lecture", {}, { defaults: false })).toEqual([]);
  });
});

test("hf: penalties and bans first, then temperature, top-k 50 and the rest in transformers' order", () => {
  const chain = presetChain("hf", {
    temperature: 0.7,
    topP: 0.9,
    minP: 0.1,
    typical: 0.9,
    epsilon: 0.001,
    eta: 0.002,
    repetitionPenalty: 1.2,
    noRepeatNgram: 3,
    banned: [[1]],
    minLength: { length: 5, eos: 0 },
    forcedLast: { id: 0, at: 9 },
    watermark: { key: 7 },
    logitBias: { 2: 1 },
  });
  const order =
    "logit-bias repetition-penalty no-repeat-ngram banned-words min-length forced-token temperature top-k top-p min-p typical epsilon eta watermark";
  expect(chain.map(({ type }) => type)).toEqual(order.split(" "));
  expect(chain).toContainEqual({ type: "top-k", k: 50, boundary: "hf" });
  expect(chain).toContainEqual({ type: "repetition-penalty", penalty: 1.2, scope: "all" });
});

describe("llama.cpp", () => {
  test("its defaults, temperature last", () => {
    expect(presetChain("llama.cpp")).toEqual([
      { type: "top-k", k: 40, boundary: "llama.cpp" },
      { type: "top-p", p: 0.95 },
      { type: "min-p", p: 0.05 },
      { type: "temperature", temperature: 0.8 },
    ]);
  });

  test("its order, penalties over the last 64", () => {
    const chain = presetChain("llama.cpp", {
      logitBias: { 2: 1 },
      repetitionPenalty: 1.1,
      frequencyPenalty: 0.5,
      dryMultiplier: 0.8,
      topNSigma: 1,
      typical: 0.9,
      xtcProbability: 0.5,
    });
    const order =
      "logit-bias repetition-penalty additive-penalties dry top-n-sigma top-k typical top-p min-p xtc temperature";
    expect(chain.map(({ type }) => type)).toEqual(order.split(" "));
    expect(chain).toContainEqual({ type: "additive-penalties", frequency: 0.5, presence: 0, scope: 64 });
    expect(chain).toContainEqual({ type: "dry", multiplier: 0.8, base: 1.75, allowedLength: 2, scope: "all" });
  });

  test.each([0, -1])("temperature %s is the most probable of what the chain leaves", (temperature) => {
    const types = presetChain("llama.cpp", { temperature, typical: 0.5 }).map(({ type }) => type);
    expect(types).toEqual(["top-k", "typical", "top-p", "min-p", "greedy"]);
  });

  test("mirostat comes after the temperature and drops the default truncations", () => {
    expect(presetChain("llama.cpp", { mirostatTau: 4 })).toEqual([
      { type: "temperature", temperature: 0.8 },
      { type: "mirostat", tau: 4, eta: 0.1 },
    ]);
  });
});

test("openai: additive penalties over what was generated, and no default", () => {
  expect(presetChain("openai")).toEqual([]);
  expect(presetChain("openai", { frequencyPenalty: 0.5, presencePenalty: -1, topP: 0.5 })).toEqual([
    { type: "additive-penalties", frequency: 0.5, presence: -1, scope: "generated" },
    { type: "top-p", p: 0.5, boundary: "hf" },
  ]);
});

test("greedy: the most probable, after the lecture's penalties", () => {
  expect(presetChain("greedy")).toEqual([{ type: "greedy" }]);
  expect(presetChain("greedy", { presencePenalty: 1.2 })).toEqual([
    { type: "lecture-penalties", frequency: 1, presence: 1.2, scope: "all" },
    { type: "greedy" },
  ]);
  expect(presetChain("hf", { greedy: true, noRepeatNgram: 2 }).map(({ type }) => type)).toEqual([
    "no-repeat-ngram",
    "greedy",
  ]);
});

test.each(["lecture", "hf", "llama.cpp", "openai"] as const)(
  "in %s each neutral value turns its step off",
  (preset) => {
    const off = preset === "lecture" ? 1 : 0;
    const neutral = {
      ...{ temperature: 1, topK: 0, topP: 1, minP: 0, typical: 1, epsilon: 0, eta: 0, topNSigma: 0, xtcProbability: 0 },
      ...{ mirostatTau: 0, repetitionPenalty: 1, frequencyPenalty: off, presencePenalty: off, noRepeatNgram: 0 },
      dryMultiplier: 0,
    };
    expect(presetChain(preset, neutral)).toEqual([]);
  },
);

test.each([
  [
    { greedy: true, temperature: 0.7, topP: 0.9 },
    "greedy takes the most probable token whatever temperature, top-p does",
  ],
  [{ mirostatTau: 5, topK: 4 }, "mirostat replaces the other truncations; leave top-k out"],
  [{ xtcThreshold: 0.2 }, "presetChain: xtcThreshold does nothing without xtcProbability; give that too"],
  [{ penaltyScope: 5 }, "presetChain: penaltyScope does nothing without frequencyPenalty or "],
  [{ topQ: 1 }, 'presetChain: there is no option "topQ"; the options are greedy, temperature, '],
  [{ top_p: 0.9 }, 'presetChain: there is no option "top_p"; did you mean "topP"?'],
  [{ topP: "0.9" }, 'presetChain: option "topP" must be a number, got the string "0.9"'],
  [{ greedy: "yes" }, 'presetChain: option "greedy" must be a boolean, got the string "yes"'],
  [{ banned: [3] }, 'presetChain: option "banned" must be a list of lists of token ids, got an Array'],
  [{ watermark: 42 }, 'presetChain: option "watermark" must be an object with a key, got the number 42'],
  [{ watermark: { key: 1, gama: 0.5 } }, 'presetChain: watermark has no parameter "gama"; did you mean "gamma"?'],
  [{ watermark: { kye: 1 } }, 'presetChain: watermark has no parameter "kye"; did you mean "key"?'],
  [{ watermark: {} }, "presetChain: watermark lacks key; its parameters: key, gamma, delta, hash, width"],
  [{ watermark: { key: -1 } }, "presetChain: watermark.key must be a whole number, 0 or more, got -1"],
  [{ temperature: 0 }, "presetChain: temperature must be above 0, got 0; for the most probable token use the step"],
  [{ temperature: Number.NaN }, "presetChain: temperature must be a finite number above 0"],
  [{ topK: -1 }, "presetChain: topK must be a whole number, 0 or more"],
  [{ topP: 2 }, "presetChain: topP must be above 0 and at most 1"],
  [{ minP: 2 }, "presetChain: minP must be from 0 to 1"],
  [{ typical: 2 }, "presetChain: typical must be"],
  [{ epsilon: 1 }, "presetChain: epsilon must be"],
  [{ eta: 1 }, "presetChain: eta must be"],
  [{ topNSigma: -1 }, "presetChain: topNSigma must be"],
  [{ xtcProbability: 2 }, "presetChain: xtcProbability must be"],
  [{ xtcProbability: 1, xtcThreshold: 2 }, "presetChain: xtcThreshold must be"],
  [{ mirostatTau: -1 }, "presetChain: mirostatTau must be a finite number above 0"],
  [{ mirostatTau: 5, mirostatEta: 2 }, "presetChain: mirostatEta must be from 0 to 1"],
  [{ repetitionPenalty: 0 }, "presetChain: repetitionPenalty must be"],
  [{ repetitionPenalty: 0, penaltyScope: 3 }, "presetChain: repetitionPenalty must be"],
  [{ frequencyPenalty: 0 }, "presetChain: frequencyPenalty must be"],
  [{ frequencyPenalty: 2, presencePenalty: 0 }, "presetChain: presencePenalty must be"],
  [{ noRepeatNgram: -1 }, "presetChain: noRepeatNgram must be"],
  [{ dryMultiplier: -1 }, "presetChain: dryMultiplier must be"],
  [{ dryMultiplier: 1, dryBase: 0 }, "presetChain: dryBase must be"],
  [{ dryMultiplier: 1, dryAllowedLength: 0 }, "presetChain: dryAllowedLength must be"],
  [{ dryMultiplier: 1, dryBreakers: [-1] }, "presetChain: dryBreakers must be"],
  [{ logitBias: [1] }, "presetChain: logitBias must be an object of finite numbers by token id, got [1]"],
  [{ logitBias: { a: 1 } }, 'presetChain: logitBias must be an object of finite numbers by token id; it has "a": 1'],
  [{ allowed: [] }, "presetChain: allowed must be a list of at least one token id"],
  [{ banned: [[]] }, "presetChain: banned must be a list of sequences"],
  [{ minLength: { length: -1, eos: 1 } }, "presetChain: minLength.length must be"],
  [{ minLength: [{ length: 1 }] }, "presetChain: minLength lacks eos; its parameters: length, eos, of"],
  [{ forcedFirst: -1 }, "presetChain: forcedFirst must be a token id"],
  [{ forcedLast: { id: -1, at: 2 } }, "presetChain: forcedLast.id must be a token id"],
  [{ forcedLast: { id: 1 } }, "presetChain: forcedLast lacks at; its parameters: id, at, of"],
])("the options %j are refused", (options, message) => {
  expect(() => presetChain("lecture", options as ChainOptions)).toThrow(message);
});

test("the cause of such an error names the step and its parameter", () => {
  const refusal = (() => {
    try {
      return presetChain("lecture", { temperature: 0.5, topP: 2 });
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(SamplingError);
  expect((refusal as SamplingError).cause).toEqual(
    new SamplingError("chain: step 2 (top-p): p must be above 0 and at most 1 (1 is off), got 2"),
  );
});

test("the former name of the lecture's dialect and of its step are unknown, and the errors name the new ones", () => {
  expect(() => presetChain("deck" as never)).toThrow('unknown preset "deck"; known: greedy, lecture, ');
  expect(() => validateChain([{ type: "deck-penalties", frequency: 1.1, presence: 1 }])).toThrow(
    'unknown type "deck-penalties"; did you mean "lecture-penalties"?',
  );
});

test("an unknown preset is refused by name", () => {
  expect(() => presetChain("claude" as never)).toThrow(
    'presetChain: unknown preset "claude"; known: greedy, lecture, hf, llama.cpp, openai',
  );
});
