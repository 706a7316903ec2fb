/**
 * Min-p without normalizing: the largest weight is 1, so p itself is the limit. The specification is in steps/min-p.ts.
 */
import { type Candidates, keepIndices, scratchSoftmaxWeights } from "../candidates.ts";
import type { Workspace } from "../workspace.ts";
import { fillUp, indicesAtLeast } from "./threshold.ts";

interface MinP {
  readonly p: number;
  readonly minKeep?: number;
}

/** The candidates whose probability is at least p times the largest. */
export function selectMinP(candidates: Candidates, { p, minKeep = 1 }: MinP, workspace: Workspace): Candidates {
  if (p === 0) return candidates;
  const { weights } = scratchSoftmaxWeights(candidates.logits, workspace);
  const kept = keepIndices(candidates, indicesAtLeast(weights, p, workspace));
  return fillUp(kept, candidates, weights, minKeep, workspace);
}
