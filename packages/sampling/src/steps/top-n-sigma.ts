/**
 * Top-n-sigma: drops every token whose logit is more than n standard deviations below the largest. Tang et al.,
 * "Top-n-sigma: Not All Logits Are You Need" (arXiv 2411.07641). The deviation is the population's, over the
 * candidates' logits; dividing all by a temperature does not change which are kept. Boundary (llama.cpp): x < max - n
 * sigma is dropped.
 */
import type { Candidates } from "../candidates.ts";
import { selectTopNSigma } from "../fast/top-n-sigma.ts";
import { number } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface TopNSigma {
  readonly type: "top-n-sigma";
  /** 0 is off. */
  readonly n: number;
}

/** By sorting: z_i >= z_1 - n * sigma, with sigma^2 = sum_i (z_i - mean)^2 / count over the candidates. */
export function specification(candidates: Candidates, { n }: Omit<TopNSigma, "type">): Candidates {
  if (n === 0) return candidates;
  const { tokens } = rank(candidates);
  const mean = average(tokens.map(({ logit }) => logit));
  const sigma = Math.sqrt(average(tokens.map(({ logit }) => (logit - mean) ** 2)));
  const floor = tokens[0]!.logit - n * sigma;
  return unrank(tokens.filter(({ logit }) => logit >= floor));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Options {
  readonly topNSigma: number;
}

/** The candidates with z_i >= max z - n sigma. @throws SamplingError unless n is a finite number, 0 or more */
export const topNSigma = step<TopNSigma, Options>({
  type: "top-n-sigma",
  kind: "truncation",
  parameters: { n: number("must be a finite number, 0 or more (0 is off)", (n) => n >= 0) },
  options: { topNSigma: { check: "number", neutral: 0 } },
  flags: {
    topNSigma: {
      takes: { kind: "number", least: 0 },
    },
  },
  build: ({ topNSigma: n }) => ({ type: "top-n-sigma", n }),
  run: (candidates, { n }, _, workspace) => selectTopNSigma(candidates, n, workspace),
});
