/**
 * Locally typical sampling by a quickselect over the distances from the entropy. The specification is in
 * steps/typical.ts.
 */
import { largest } from "@tsgpt/numeric";
import { type Candidates, entropy, keepIndices, softmaxWeights } from "../candidates.ts";
import type { Boundary } from "../parameter.ts";
import type { Workspace } from "../workspace.ts";
import { fillUp, indicesAtLeast, keepTop, topMassThreshold } from "./threshold.ts";

interface Typical {
  readonly mass: number;
  readonly minKeep?: number;
  readonly boundary?: Boundary;
}

/** The candidates nearest to the entropy that hold the mass. */
export function selectTypical(candidates: Candidates, step: Typical, workspace: Workspace): Candidates {
  const { mass, minKeep = 1, boundary = "hf" } = step;
  if (mass === 1) return candidates;
  const { weights, sum } = softmaxWeights(candidates.logits);
  const nearness = nearnessToEntropy(candidates, sum);
  const all = () => indicesAtLeast(nearness, -Infinity, workspace);
  // To exceed a number is to reach the next larger one.
  const target = mass * sum * (boundary === "hf" ? 1 : 1 + Number.EPSILON);
  const threshold = topMassThreshold(nearness, target, { weights, among: all() });
  const kept =
    boundary === "hf"
      ? keepIndices(candidates, indicesAtLeast(nearness, threshold.value, workspace))
      : keepTop(candidates, nearness, threshold, { weights, among: all() }, workspace);
  return fillUp(kept, candidates, nearness, minKeep, workspace);
}

/** - | -ln p_i - H |: 0 for a token as surprising as expected. -ln p_i is max + ln sum - z_i. */
function nearnessToEntropy(candidates: Candidates, sum: number): Float64Array {
  const { logits } = candidates;
  const expected = largest(logits) + Math.log(sum) - entropy(candidates); // the logit of a token whose surprise is H
  const nearness = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) nearness[i] = -Math.abs(expected - logits[i]!);
  return nearness;
}
