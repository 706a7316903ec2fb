/**
 * The draw: one uniform number per token, u times the sum of the weights, walked in the order of the candidates (ascending
 * ids). Draws do not port between libraries; distributions do.
 */
import { drawIndex, type Generator, nextUniform } from "@tsgpt/numeric";
import { type Candidates, passingWeights } from "./candidates.ts";
import { SamplingError } from "./errors.ts";

/** An id drawn from the candidates by their probabilities. Takes one uniform number, even if there is one candidate. */
export function draw(candidates: Candidates, generator: Generator): number {
  return pick(candidates, nextUniform(generator));
}

/**
 * The first candidate at which the cumulative probability exceeds `uniform`. One of weight 0 is never picked.
 * @throws SamplingError unless 0 <= uniform < 1.
 */
export function pick(candidates: Candidates, uniform: number): number {
  if (!(uniform >= 0 && uniform < 1)) throw new SamplingError(`pick: need 0 <= uniform < 1, got ${uniform}`);
  const { weights, sum } = passingWeights(candidates.logits);
  return candidates.ids[drawIndex(weights, sum, uniform)]!;
}
