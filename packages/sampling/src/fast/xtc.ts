/** XTC in two passes, without sorting. The specification is in steps/xtc.ts. */
import { type Candidates, keepWhere, softmaxWeights } from "../candidates.ts";
import type { Workspace } from "../workspace.ts";

/** The candidates without those of probability `threshold` or more, except the least probable of these. */
export function excludeTopChoices(candidates: Candidates, threshold: number, workspace: Workspace): Candidates {
  const { weights, sum } = softmaxWeights(candidates.logits);
  let [viable, least] = [0, -1];
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! / sum < threshold) continue;
    viable++;
    if (least < 0 || weights[i]! <= weights[least]!) least = i;
  }
  if (viable < 2) return candidates;
  return keepWhere(candidates, (i) => i === least || weights[i]! / sum < threshold, workspace);
}
