/**
 * XTC, "exclude top choices": with some probability removes, of the tokens with p_i >= threshold, all but the least likely,
 * so that a text takes a viable road that is not the first one. By p-e-w (oobabooga/text-generation-webui#6335), as in
 * llama.cpp: fewer than two such tokens change nothing, and above a threshold of 0.5 there can be no two.
 * Boundary: p_i = threshold counts; of tokens tied for the least likely the highest id stays. It takes a uniform number of
 * its own for each token.
 */
import { type Candidates, keepWhere, softmaxWeights } from "../candidates.ts";
import { number } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";

export interface Xtc {
  readonly type: "xtc";
  /** How often it acts, from 0 to 1; 0 is off. */
  readonly probability: number;
  /** From 0 to 1; above 0.5 is off. llama.cpp's default is 0.1. */
  readonly threshold: number;
}

/**
 * With the step's probability the candidates without the top choices.
 * @throws SamplingError unless both are from 0 to 1.
 */
export function xtc(candidates: Candidates, step: Omit<Xtc, "type">, { uniform }: StepContext): Candidates {
  checkStep(XTC, step);
  const { probability, threshold } = step;
  if (probability === 0 || threshold > 0.5 || uniform() >= probability) return candidates;
  const { weights, sum } = softmaxWeights(candidates.logits);
  let [viable, least] = [0, -1];
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! / sum < threshold) continue;
    viable++;
    if (least < 0 || weights[i]! <= weights[least]!) least = i;
  }
  if (viable < 2) return candidates;
  return keepWhere(candidates, (i) => i === least || weights[i]! / sum < threshold);
}

const share = number("must be from 0 to 1", (value) => value >= 0 && value <= 1);

export const XTC: Rule<Xtc> = {
  type: "xtc",
  kind: "truncation",
  parameters: { probability: share, threshold: share },
  apply: xtc,
};
