import type { StepSpec } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { validateChain } from "../src/spec.ts";

test("a chain survives JSON", () => {
  const chain: StepSpec[] = [
    { type: "lecture-penalties", frequency: 1.1, presence: 1.2 },
    { type: "temperature", temperature: 0.7 },
    { type: "top-k", k: 40 },
    { type: "top-p", p: 0.9 },
    { type: "greedy" },
  ];
  expect(validateChain(JSON.parse(JSON.stringify(chain)))).toEqual(chain);
});

const known =
  "additive-penalties, allowed-tokens, banned-words, dry, epsilon, eta, forced-token, greedy, lecture-penalties, logit-bias, " +
  "min-length, min-p, mirostat, no-repeat-ngram, repetition-penalty, temperature, top-k, top-n-sigma, top-p, typical, " +
  "watermark, xtc";

test.each([
  [{}, "chain: must be a list of steps, got {}"],
  [["top-p"], 'chain: step 1 must be an object with a type, got "top-p"'],
  [[{ type: "top-q" }], `chain: step 1 has the unknown type "top-q"; known: ${known}`],
  [[{ type: "topp", p: 0.9 }], 'chain: step 1 has the unknown type "topp"; did you mean "top-p"?'],
  [[{ type: "top_k", k: 3 }], 'chain: step 1 has the unknown type "top_k"; did you mean "top-k"?'],
  [[{ type: 5 }], `chain: step 1 has the unknown type 5; known: ${known}`],
  [[{ type: "top-p", top_p: 0.9 }], 'chain: step 1 (top-p) has no parameter "top_p"; did you mean "p"?'],
  [
    [{ type: "top-p", p: 0.9, min_keep: 2 }],
    'chain: step 1 (top-p) has no parameter "min_keep"; did you mean "minKeep"?',
  ],
  [[{ type: "top-p", p: null }], "chain: step 1 (top-p): p must be above 0 and at most 1 (1 is off), got null"],
  [[{ type: "constructor" }], `chain: step 1 has the unknown type "constructor"; known: ${known}`],
  [[{ type: "top-p" }], "chain: step 1 (top-p) lacks p; its parameters: p, minKeep"],
  [[{ type: "top-k", k: 1, p: 1 }], 'chain: step 1 (top-k) has no parameter "p"; its parameters: k, boundary'],
  [[{ type: "greedy", k: 1 }], 'chain: step 1 (greedy) has no parameter "k"; its parameters: none'],
  [[{ type: "top-p", p: 2 }], "chain: step 1 (top-p): p must be above 0 and at most 1 (1 is off), got 2"],
  [[{ type: "top-p", p: "0.9" }], 'chain: step 1 (top-p): p must be above 0 and at most 1 (1 is off), got "0.9"'],
  [[{ type: "top-k", k: 1.5 }], "chain: step 1 (top-k): k must be a whole number, 0 or more (0 is off), got 1.5"],
  [
    [{ type: "temperature", temperature: -1 }],
    "chain: step 1 (temperature): temperature must be a finite number above 0 (1 is off), got -1",
  ],
  [
    [{ type: "lecture-penalties", frequency: 0, presence: 1 }],
    "chain: step 1 (lecture-penalties): frequency must be a finite number above 0 (1 is off, 1.1 to 1.2 is usual), got 0",
  ],
  [
    [{ type: "greedy" }, { type: "top-k", k: 2 }],
    "chain: step 1 (greedy) must come last: it leaves one token, so a step after it would do nothing",
  ],
  [
    [
      { type: "top-k", k: 2 },
      { type: "lecture-penalties", frequency: 1.1, presence: 1 },
    ],
    "chain: step 2 (lecture-penalties) must come first: its shift is by the smallest logit of the model's row",
  ],
  [
    [
      { type: "top-k", k: 2 },
      { type: "min-p", p: 0.1 },
      { type: "mirostat", tau: 5, eta: 0.1 },
    ],
    "chain: mirostat replaces the other truncations; leave top-k, min-p out",
  ],
])("the chain %j is refused", (chain, message) => {
  expect(() => validateChain(chain)).toThrow(message);
});
