/** Top-n-sigma in three passes, without sorting. The specification is in steps/top-n-sigma.ts. */
import { largest } from "@tsgpt/numeric";
import type { Candidates } from "../candidates.ts";
import type { Workspace } from "../workspace.ts";
import { keepAtLeast } from "./threshold.ts";

/** The candidates whose logit is at most n standard deviations below the largest. */
export function selectTopNSigma(candidates: Candidates, n: number, workspace: Workspace): Candidates {
  if (n === 0) return candidates;
  const { logits } = candidates;
  return keepAtLeast(candidates, logits, largest(logits) - n * deviation(logits), 1, workspace);
}

/** The standard deviation of a population, from differences to the largest value. */
function deviation(logits: Float64Array): number {
  const max = largest(logits);
  let mean = 0;
  for (const logit of logits) mean += (logit - max) / logits.length;
  let variance = 0;
  for (const logit of logits) variance += (logit - max - mean) ** 2 / logits.length;
  return Math.sqrt(variance);
}
