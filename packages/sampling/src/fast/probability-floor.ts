/** Epsilon, eta and mirostat: a lower limit of the probability, without sorting. The specifications are in steps/. */
import { type Candidates, entropy, keepWhere, probabilities } from "../candidates.ts";
import type { Workspace } from "../workspace.ts";
import { fillUp, keepAtLeast } from "./threshold.ts";

interface Floor {
  readonly epsilon: number;
  readonly minKeep?: number;
}

/** The candidates whose probability is at least epsilon, or all that reach the minKeep-th largest. */
export function selectEpsilon(candidates: Candidates, { epsilon, minKeep = 1 }: Floor, workspace: Workspace) {
  if (epsilon === 0) return candidates;
  return keepAtLeast(candidates, probabilities(candidates), epsilon, minKeep, workspace);
}

/** The same with the limit min(epsilon, sqrt(epsilon) * exp(-H)). */
export function selectEta(candidates: Candidates, { epsilon, minKeep = 1 }: Floor, workspace: Workspace): Candidates {
  if (epsilon === 0) return candidates;
  const limit = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy(candidates)));
  return keepAtLeast(candidates, probabilities(candidates), limit, minKeep, workspace);
}

/** The candidates whose surprise is at most `bits`, at least the most probable one. */
export function selectBySurprise(candidates: Candidates, bits: number, workspace: Workspace): Candidates {
  const shares = probabilities(candidates);
  const limit = 2 ** -bits;
  const kept = keepWhere(candidates, (i) => shares[i]! >= limit, workspace);
  return fillUp(kept, candidates, shares, 1, workspace);
}
