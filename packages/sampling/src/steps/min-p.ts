/**
 * Min-p: drops every token less probable than min_p times the most probable one. Nguyen et al., "Turning Up the Heat:
 * Min-p Sampling for Creative and Coherent LLM Outputs" (arXiv 2407.01082). Boundary: p_i = min_p * p_max is kept, by
 * transformers and, in logits (x >= max + ln min_p), by llama.cpp alike. Of tokens tied at minKeep the
 * lower ids stay; transformers keeps those that torch.topk happens to return. Typical: 0.05 to 0.1.
 */
import { type Candidates, keepPlaces, passingWeights } from "../candidates.ts";
import { atLeast, placesFrom } from "../cut.ts";
import { number, optional, wholeNumber } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface MinP {
  readonly type: "min-p";
  /** From 0 to 1; 0 is off. */
  readonly p: number;
  /** Candidates kept at least; default 1. */
  readonly minKeep?: number;
}

/**
 * The candidates with p_i >= p * max p.
 * @throws SamplingError unless p is from 0 to 1.
 */
export function minP(candidates: Candidates, step: Omit<MinP, "type">): Candidates {
  checkStep(MIN_P, step);
  const { p, minKeep = 1 } = step;
  if (p === 0) return candidates;
  const { weights } = passingWeights(candidates.logits); // the largest is 1
  const places = placesFrom(weights, p);
  return atLeast(keepPlaces(candidates, places, places.length), candidates, weights, minKeep);
}

export const MIN_P: Rule<MinP> = {
  type: "min-p",
  kind: "truncation",
  parameters: {
    p: number("must be from 0 to 1 (0 is off)", (p) => p >= 0 && p <= 1),
    minKeep: optional(wholeNumber(1)),
  },
  apply: minP,
};
