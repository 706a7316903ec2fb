/**
 * Top-p, or nucleus sampling: the first tokens of the sorted distribution whose mass reaches at least p, renormalised.
 * Holtzman et al., "The Curious Case of Neural Text Degeneration" (arXiv 1904.09751). Boundary: the token that crosses p is
 * kept, equality adds none. Of tokens tied with the last one the lower ids stay; transformers ("hf") cuts from the other end,
 * dropping while the float32 sum of the ascending order is at most 1 - p, so there the higher ids stay, given a stable sort:
 * torch.sort as transformers calls it may order more than 16 equal numbers differently from one processor to the next.
 * llama.cpp's sort is not stable: how many stay is the same, which ones depends on its standard library. Typical p: 0.8, 0.9, 0.95.
 */
import { type Candidates, passingWeights, type Weights } from "../candidates.ts";
import { atLeast, type Cut, headCut, keepHead, largestCut, placesFrom } from "../cut.ts";
import { countInFloat32, ROUNDING } from "../float32-count.ts";
import { number, optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface TopP {
  readonly type: "top-p";
  /** Above 0 and at most 1; 1 is off. */
  readonly p: number;
  /** Candidates kept at least (transformers' min_tokens_to_keep); default 1. */
  readonly minKeep?: number;
  /** Whose rule at ties; default "llama.cpp". */
  readonly boundary?: "hf" | "llama.cpp";
}

/**
 * The smallest set of most probable candidates whose mass is at least p.
 * @throws SamplingError unless p is above 0 and at most 1.
 */
export function topP(candidates: Candidates, step: Omit<TopP, "type">): Candidates {
  checkStep(TOP_P, step);
  const { p, minKeep = 1, boundary = "llama.cpp" } = step;
  if (p === 1) return candidates;
  const { logits } = candidates;
  const { weights, sum } = passingWeights(logits);
  const among = contendersFor(weights, p, sum);
  const cut = headCut(logits, p * sum, weights, among.slice());
  if (boundary === "llama.cpp") {
    return atLeast(keepHead(candidates, logits, cut, { weights, among }), candidates, logits, minKeep);
  }
  const ties = "higher ids";
  const kept = isNear(cut, logits, { weights, sum }, among)
    ? keepHead(candidates, logits, largestCut(logits, countOfHf(logits, p, { weights, sum })), { ties })
    : keepHead(candidates, logits, cut, { weights, among, ties });
  return atLeast(kept, candidates, logits, minKeep, ties);
}

/** Whether rounding to float32 may decide how many tokens are needed. */
function isNear(
  { threshold, missing }: Cut,
  logits: Float64Array,
  { weights, sum }: Weights,
  among: Int32Array,
): boolean {
  const weight = weights[among.find((place) => logits[place] === threshold)!]!;
  return Math.abs(missing - weight * Math.round(missing / weight)) <= ROUNDING * sum;
}

function countOfHf(logits: Float64Array, p: number, weighed: Weights): number {
  const among = contendersFor(weighed.weights, Math.min(1, p + ROUNDING), weighed.sum);
  return countInFloat32(logits, p, weighed, among);
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
    boundary: optional(word("hf", "llama.cpp")),
  },
  apply: topP,
};
