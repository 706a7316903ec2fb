/** Flags as a chain; packages/cli/test/resolve-chain.test.ts compares it with the command line's. */
import { type ChainFlags, chainOfFlags, checkFlagIds, presetChain, SamplingError } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { letters, TOKENS } from "./letters.ts";

const V = TOKENS.length;

test("options, texts and a watermark's flags are those of presetChain, in the dialect's order", () => {
  const flags = { topK: 3, banned: ["b"], dryMultiplier: 1, watermarkKey: 7, watermarkDelta: 1, greedy: false };
  expect(chainOfFlags("hf", flags, letters, V)).toEqual(
    presetChain("hf", {
      topK: 3,
      banned: [[1], [11]],
      dryMultiplier: 1,
      dryBreakers: [6, 7, 8, 9, 10],
      watermark: { key: 7, delta: 1 },
    }),
  );
});

test("no flags are the dialect's defaults; greedy has none", () => {
  expect(chainOfFlags("lecture", {}, undefined, V)).toEqual([{ type: "top-p", p: 0.9 }]);
  expect(chainOfFlags("lecture", { greedy: true }, undefined, V)).toEqual([{ type: "greedy" }]);
});

test.each<[ChainFlags, string]>([
  [{ banned: ["a"] }, 'banned "a": a text needs a tokenizer; give token ids, such as 1,2,3'],
  [{ forcedFirst: V }, `forcedFirst: token id ${V} is out of range; ids go from 0 to ${V - 1}`],
  [{ allowed: [0, V] }, `allowed: token id ${V} is out of range; ids go from 0 to ${V - 1}`],
  [{ logitBias: { [V]: 1 } }, `logitBias: token id ${V} is out of range; ids go from 0 to ${V - 1}`],
  [{ topP: 2 }, "chainOfFlags: topP must be above 0 and at most 1 (1 is off), got 2"],
  [{ watermarkKey: 1, watermarkGamma: 1 }, "chainOfFlags: watermarkGamma must be above 0 and below 1, got 1"],
  [{ xtcThreshold: 0.1 }, "chainOfFlags: xtcThreshold does nothing without xtcProbability; give that too"],
  [{ dryBreaker: ["1"] }, "chainOfFlags: dryBreaker does nothing without dryMultiplier; give that too"],
])("%j is an error that names the flag", (flags, message) => {
  expect(() => chainOfFlags("lecture", flags, undefined, V)).toThrow(new SamplingError(message));
});

test.each([
  [{ topp: 1 }, 'chainOfFlags: there is no option "topp"; did you mean "topP"?'],
  [{ banned: "a" }, 'chainOfFlags: option "banned" must be a list of strings, got the string "a"'],
  [{ watermarkHash: "right" }, 'chainOfFlags: option "watermarkHash" must be "left" or "self", got the string "right"'],
  [{ watermarkKey: "1" }, 'chainOfFlags: option "watermarkKey" must be a number, got the string "1"'],
])("%j is refused before anything else", (flags, message) => {
  expect(() => chainOfFlags("lecture", flags as ChainFlags, undefined, V)).toThrow(new RangeError(message));
});

test("an unknown dialect is an error that lists those there are", () => {
  expect(() => chainOfFlags("vllm" as "hf", {}, undefined, V)).toThrow(
    'chainOfFlags: unknown preset "vllm"; known: greedy, lecture, hf, llama.cpp, openai',
  );
});

test("the id of a token that is forced last is checked like the others", () => {
  expect(() => checkFlagIds({ forcedLast: 3 }, 4)).not.toThrow();
  expect(() => checkFlagIds({ forcedLast: 4 }, 4)).toThrow(
    "forcedLast: token id 4 is out of range; ids go from 0 to 3",
  );
});
