/**
 * Top-p, or nucleus sampling: the first tokens of the sorted distribution whose mass reaches at least p, renormalised.
 * Holtzman et al., "The Curious Case of Neural Text Degeneration" (arXiv 1904.09751). Boundary: the token that crosses p is
 * kept, equality adds none; of tokens tied with the last one the lower ids stay. transformers cuts from the other end
 * (drops while the ascending sum is at most 1 - p), llama.cpp from this one: the same set. Typical p: 0.8, 0.9, 0.95.
 */
import { type Candidates, passingWeights } from "../candidates.ts";
import { atLeast, headCut, keepHead, placesFrom } from "../cut.ts";
import { number, optional, wholeNumber } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface TopP {
  readonly type: "top-p";
  /** Above 0 and at most 1; 1 is off. */
  readonly p: number;
  /** Candidates kept at least (transformers' min_tokens_to_keep); default 1. */
  readonly minKeep?: number;
}

/**
 * The smallest set of most probable candidates whose mass is at least p.
 * @throws SamplingError unless p is above 0 and at most 1.
 */
export function topP(candidates: Candidates, step: Omit<TopP, "type">): Candidates {
  checkStep(TOP_P, step);
  const { p, minKeep = 1 } = step;
  if (p === 1) return candidates;
  const { logits } = candidates;
  const { weights, sum } = passingWeights(logits);
  const contenders = contendersFor(weights, p, sum);
  const cut = headCut(logits, p * sum, weights, contenders.slice());
  return atLeast(keepHead(candidates, logits, cut, weights, contenders), candidates, logits, minKeep);
}

const GUESS = 8;

/** Places that hold mass p and all that weigh more: few of many, found without an order. */
function contendersFor(weights: Float64Array, p: number, sum: number): Int32Array {
  // All below this limit together hold less than 1 - p, so the rest reaches p without them (from llama2.c's run.c).
  const limit = ((1 - p) * sum) / weights.length;
  const guessed = placesFrom(weights, GUESS * limit); // mostly enough, and then a third as many
  let mass = 0;
  for (const place of guessed) mass += weights[place]!;
  return mass > p * sum * (1 + 1e-12) ? guessed : placesFrom(weights, limit);
}

export const TOP_P: Rule<TopP> = {
  type: "top-p",
  kind: "truncation",
  parameters: {
    p: number("must be above 0 and at most 1 (1 is off)", (p) => p > 0 && p <= 1),
    minKeep: optional(wholeNumber(1)),
  },
  apply: topP,
};
