/**
 * Top-p without sorting: tokens that cannot belong to the nucleus are left out by a bound on their weight, and a
 * quickselect over the rest finds where the mass is reached. The specification is in steps/top-p.ts.
 */
import { type Candidates, scratchSoftmaxWeights, type Weights } from "../candidates.ts";
import type { Boundary } from "../parameter.ts";
import type { Workspace } from "../workspace.ts";
import { countInFloat32, ROUNDING } from "./float32-count.ts";
import { fillUp, indicesAtLeast, keepLargest, keepTop, type Threshold, topMassThreshold } from "./threshold.ts";

interface TopP {
  readonly p: number;
  readonly minKeep?: number;
  readonly boundary?: Boundary;
}

/** The smallest set of most probable candidates whose mass is at least p. `known`: their weights, if computed. */
export function selectTopP(candidates: Candidates, step: TopP, workspace: Workspace, known?: Weights): Candidates {
  const { p, minKeep = 1, boundary = "llama.cpp" } = step;
  if (p === 1) return candidates;
  const { logits } = candidates;
  const { weights, sum } = known ?? scratchSoftmaxWeights(logits, workspace);
  const among = contenders(weights, p, sum, workspace);
  const threshold = topMassThreshold(logits, p * sum, { weights, among: among.slice() });
  const ties = boundary === "hf" ? "higher ids" : "lower ids";
  const kept =
    boundary === "hf" && isNear(threshold, logits, { weights, sum }, among)
      ? keepLargest(candidates, logits, countOfHf(logits, p, { weights, sum }, workspace), workspace, ties)
      : keepTop(candidates, logits, threshold, { weights, among, ties }, workspace);
  return fillUp(kept, candidates, logits, minKeep, workspace, ties);
}

/** Whether rounding to float32 may decide how many tokens are needed. */
function isNear(
  { value, missing }: Threshold,
  logits: Float64Array,
  { weights, sum }: Weights,
  among: Int32Array,
): boolean {
  const weight = weights[among.find((i) => logits[i] === value)!]!;
  return Math.abs(missing - weight * Math.round(missing / weight)) <= ROUNDING * sum;
}

function countOfHf(logits: Float64Array, p: number, weighed: Weights, workspace: Workspace): number {
  const among = contenders(weighed.weights, Math.min(1, p + ROUNDING), weighed.sum, workspace);
  return countInFloat32(logits, p, weighed, among);
}

const GUESS = 8;

/** Indices of tokens that hold mass p, and of all that weigh more: few of many, found without sorting. */
function contenders(weights: Float64Array, p: number, sum: number, workspace: Workspace): Int32Array {
  // All below this limit together hold less than 1 - p, so the rest reaches p without them (from llama2.c's run.c).
  const limit = ((1 - p) * sum) / weights.length;
  const guessed = indicesAtLeast(weights, GUESS * limit, workspace); // usually enough, and a third as many
  let mass = 0;
  for (const i of guessed) mass += weights[i]!;
  return mass > p * sum * (1 + 1e-12) ? guessed : indicesAtLeast(weights, limit, workspace);
}
