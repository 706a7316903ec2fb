/**
 * Epsilon sampling: drops every token with p_i < epsilon. Hewitt, Manning and Liang, "Truncation Sampling as Language
 * Model Desmoothing" (arXiv 2210.15191). Boundary: p_i = epsilon is kept, and so is the most probable token in any case.
 * Typical: 0.0003 to 0.0009.
 */
import { type Candidates, probabilities } from "../candidates.ts";
import { keepFrom } from "../cut.ts";
import { number, optional, wholeNumber } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface Epsilon {
  readonly type: "epsilon";
  /** From 0 to below 1; 0 is off. */
  readonly epsilon: number;
  /** Candidates kept at least; default 1. */
  readonly minKeep?: number;
}

/**
 * The candidates with p_i >= epsilon.
 * @throws SamplingError unless epsilon is 0 or more and below 1.
 */
export function epsilon(candidates: Candidates, step: Omit<Epsilon, "type">): Candidates {
  checkStep(EPSILON, step);
  if (step.epsilon === 0) return candidates;
  return keepFrom(candidates, probabilities(candidates), step.epsilon, step.minKeep ?? 1);
}

export const epsilonRange = number("must be 0 or more and below 1 (0 is off)", (value) => value >= 0 && value < 1);

export const EPSILON: Rule<Epsilon> = {
  type: "epsilon",
  kind: "truncation",
  parameters: { epsilon: epsilonRange, minKeep: optional(wholeNumber(1)) },
  apply: epsilon,
};
