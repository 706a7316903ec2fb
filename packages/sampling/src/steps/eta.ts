/**
 * Eta sampling: drops every token with p_i < min(epsilon, sqrt(epsilon) * exp(-H)), so that a flat distribution (large
 * entropy H) keeps more of its tail. Hewitt, Manning and Liang (arXiv 2210.15191). Boundary: equality is kept, and so is
 * the most probable token in any case. Typical epsilon: 0.0003 to 0.004.
 */
import { type Candidates, entropy, probabilities } from "../candidates.ts";
import { keepFrom } from "../cut.ts";
import { optional, wholeNumber } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";
import { epsilonRange } from "./epsilon.ts";

export interface Eta {
  readonly type: "eta";
  /** From 0 to below 1; 0 is off. */
  readonly epsilon: number;
  /** Candidates kept at least; default 1. */
  readonly minKeep?: number;
}

/**
 * The candidates with p_i >= min(epsilon, sqrt(epsilon) * exp(-H)).
 * @throws SamplingError unless epsilon is 0 or more and below 1.
 */
export function eta(candidates: Candidates, step: Omit<Eta, "type">): Candidates {
  checkStep(ETA, step);
  if (step.epsilon === 0) return candidates;
  const limit = Math.min(step.epsilon, Math.sqrt(step.epsilon) * Math.exp(-entropy(candidates)));
  return keepFrom(candidates, probabilities(candidates), limit, step.minKeep ?? 1);
}

export const ETA: Rule<Eta> = {
  type: "eta",
  kind: "truncation",
  parameters: { epsilon: epsilonRange, minKeep: optional(wholeNumber(1)) },
  apply: eta,
};
