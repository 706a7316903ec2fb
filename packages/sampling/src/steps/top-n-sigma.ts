/**
 * Top-n-sigma: drops every token whose logit lies more than n standard deviations below the largest. Tang et al.,
 * "Top-n-sigma: Not All Logits Are You Need" (arXiv 2411.07641). The deviation is the population's, over the candidates'
 * logits; dividing all by a temperature changes nothing of what is kept. Boundary (llama.cpp): x < max - n sigma goes.
 */
import { largest } from "@tsgpt/numeric";
import type { Candidates } from "../candidates.ts";
import { keepFrom } from "../cut.ts";
import { number } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface TopNSigma {
  readonly type: "top-n-sigma";
  /** 0 is off. */
  readonly n: number;
}

/**
 * The candidates with z_i >= max z - n sigma.
 * @throws SamplingError unless n is a finite number, 0 or more.
 */
export function topNSigma(candidates: Candidates, step: Omit<TopNSigma, "type">): Candidates {
  checkStep(TOP_N_SIGMA, step);
  if (step.n === 0) return candidates;
  const { logits } = candidates;
  const max = largest(logits);
  let mean = 0;
  for (const logit of logits) mean += (logit - max) / logits.length;
  let variance = 0;
  for (const logit of logits) variance += (logit - max - mean) ** 2 / logits.length;
  return keepFrom(candidates, logits, max - step.n * Math.sqrt(variance), 1);
}

export const TOP_N_SIGMA: Rule<TopNSigma> = {
  type: "top-n-sigma",
  kind: "truncation",
  parameters: { n: number("must be a finite number, 0 or more (0 is off)", (n) => n >= 0) },
  apply: topNSigma,
};
