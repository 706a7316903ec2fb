/**
 * The draw: one uniform number per token, compared with the cumulative weights in the order of the candidates
 * (ascending ids). Draws cannot be compared between libraries; distributions can.
 */
import { drawIndex, type Generator, nextUniform } from "@tsgpt/numeric";
import { type Candidates, scratchSoftmaxWeights } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** An id drawn from the candidates by their probabilities. Takes one uniform number, even if there is one candidate. */
export function draw(candidates: Candidates, generator: Generator): number {
  return pick(candidates, nextUniform(generator));
}

/**
 * The first candidate at which the cumulative probability exceeds `uniform`. One of weight 0 is never picked.
 * @throws SamplingError unless 0 <= uniform < 1.
 */
export function pick(candidates: Candidates, uniform: number, workspace: Workspace = createWorkspace()): number {
  if (!(uniform >= 0 && uniform < 1)) throw new SamplingError(`pick: need 0 <= uniform < 1, got ${uniform}`);
  const { weights, sum } = scratchSoftmaxWeights(candidates.logits, workspace);
  return candidates.ids[drawIndex(weights, sum, uniform)]!;
}
