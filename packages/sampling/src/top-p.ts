/**
 * Top-p, or nucleus sampling: the first tokens of the sorted distribution whose mass reaches at least p, renormalised.
 * Holtzman et al., "The Curious Case of Neural Text Degeneration" (arXiv 1904.09751). The token that crosses p is kept,
 * so at least one is; of tokens tied with the last one the lower ids stay. Typical p: 0.8, 0.9, 0.95.
 */
import type { Candidates } from "./candidates.ts";
import { softmaxWeights } from "./candidates.ts";
import { headCut, keepHead } from "./cut.ts";
import { SamplingError, show } from "./errors.ts";

/**
 * The smallest set of most probable candidates whose mass is at least p; 1 is off.
 * @throws SamplingError unless p is above 0 and at most 1.
 */
export function topP(candidates: Candidates, p: number): Candidates {
  checkTopP(p);
  if (p === 1) return candidates;
  const { weights, sum } = softmaxWeights(candidates.logits);
  // All below this limit together hold less than 1 - p, so the rest reaches p without them (from llama2.c's run.c).
  const limit = ((1 - p) * sum) / weights.length;
  const contenders = weights.filter((weight) => weight >= limit);
  return keepHead(
    candidates,
    weights,
    headCut(contenders, p * sum, (weight) => weight),
  );
}

/** @throws SamplingError unless p is above 0 and at most 1. */
export function checkTopP(p: number): void {
  if (Number.isFinite(p) && p > 0 && p <= 1) return;
  throw new SamplingError(`top-p: p must be above 0 and at most 1 (1 is off), got ${show(p)}`);
}
