/** Chains for the tests: one step of each type, and any valid chain. */
import type { ChainSpec, StepSpec } from "@tsgpt/sampling";
import fc from "fast-check";
import { validateChain } from "../src/spec.ts";

/** A step of each type, for vocabularies of 4 and more. */
export const oneOfEach: { readonly [T in StepSpec["type"]]: Extract<StepSpec, { type: T }> } = {
  "additive-penalties": { type: "additive-penalties", frequency: 0.5, presence: 0.25, scope: "all" },
  "allowed-tokens": { type: "allowed-tokens", ids: [0, 1, 2] },
  "banned-words": { type: "banned-words", sequences: [[3], [0, 1]] },
  "lecture-penalties": { type: "lecture-penalties", frequency: 1.1, presence: 1.2 },
  dry: { type: "dry", multiplier: 0.8, base: 1.75, allowedLength: 1 },
  epsilon: { type: "epsilon", epsilon: 0.01 },
  eta: { type: "eta", epsilon: 0.01 },
  "forced-token": { type: "forced-token", id: 1, at: 3 },
  greedy: { type: "greedy" },
  "logit-bias": { type: "logit-bias", bias: { 1: 2.5 } },
  "min-length": { type: "min-length", length: 4, eos: 2 },
  "min-p": { type: "min-p", p: 0.1 },
  mirostat: { type: "mirostat", tau: 2, eta: 0.2 },
  "no-repeat-ngram": { type: "no-repeat-ngram", n: 2 },
  "repetition-penalty": { type: "repetition-penalty", penalty: 1.3 },
  temperature: { type: "temperature", temperature: 0.7 },
  "top-k": { type: "top-k", k: 3 },
  "top-n-sigma": { type: "top-n-sigma", n: 1.3 },
  "top-p": { type: "top-p", p: 0.8 },
  typical: { type: "typical", mass: 0.8 },
  watermark: { type: "watermark", key: 42 },
  xtc: { type: "xtc", probability: 0.5, threshold: 0.1 },
};

const share = fc.double({ min: 1e-9, max: 1, noNaN: true });
const below1 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const keep = fc.integer({ min: 1, max: 5 });
const boundary = fc.constantFrom("hf", "llama.cpp");
const of = fc.constantFrom("generated", "all");
const scope = fc.oneof(fc.constantFrom("all", "generated"), fc.nat(12));
const penalty = fc.double({ min: -2, max: 2, noNaN: true });
const step = <T extends StepSpec["type"]>(type: T, parameters: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), ...parameters });

/** Every step that may have any position, for a vocabulary of `size`. */
function anywhere(size: number) {
  const id = fc.nat(size - 1);
  const ids = fc.array(id, { minLength: 1, maxLength: 4 });
  return fc.oneof(
    step("additive-penalties", { frequency: penalty, presence: penalty, scope }),
    step("allowed-tokens", { ids }),
    step("banned-words", { sequences: fc.array(ids, { maxLength: 3 }) }),
    step("dry", { multiplier: positive, base: fc.double({ min: 1, max: 9, noNaN: true }), allowedLength: keep, scope }),
    step("epsilon", { epsilon: below1, minKeep: keep }),
    step("eta", { epsilon: below1, minKeep: keep }),
    step("forced-token", { id, at: fc.nat(6), of }),
    step("logit-bias", { bias: fc.dictionary(id.map(String), fc.double({ min: -100, max: 100, noNaN: true })) }),
    step("min-length", { length: fc.nat(9), eos: id, of }),
    step("min-p", { p: share, minKeep: keep }),
    step("no-repeat-ngram", { n: fc.nat(3), scope }),
    step("repetition-penalty", { penalty: positive, scope }),
    step("temperature", { temperature: positive }),
    step("top-k", { k: fc.nat(45), boundary }),
    step("top-n-sigma", { n: positive }),
    step("top-p", { p: share, minKeep: keep, boundary }),
    step("typical", { mass: share, minKeep: keep, boundary }),
    step("watermark", { key: fc.maxSafeNat(), hash: fc.constantFrom("left", "self"), width: keep }),
    step("xtc", { probability: share, threshold: share }),
  );
}

const lecturePenalties = step("lecture-penalties", {
  frequency: fc.double({ min: 1, max: 3 }),
  presence: fc.double({ min: 1, max: 3 }),
  scope,
});
const greedy = step("greedy", {});
const mirostat = step("mirostat", { tau: positive, eta: below1 });

/** Up to eight steps with any parameters, in any order in which a chain may have them. */
export function anyChain(size: number): fc.Arbitrary<ChainSpec> {
  const maybe = (each: fc.Arbitrary<unknown>) => fc.array(each, { maxLength: 1 });
  const last = maybe(fc.oneof(greedy, mirostat));
  return fc
    .tuple(maybe(lecturePenalties), fc.array(anywhere(size), { maxLength: 6 }), last)
    .map(([first, middle, end]) => [...first, ...middle, ...end])
    .filter(isLegal)
    .map(validateChain);
}

function isLegal(chain: readonly unknown[]): boolean {
  try {
    validateChain(chain);
    return true;
  } catch {
    return false;
  }
}
