/**
 * Min-p: drops every token less probable than min_p times the most probable one. Nguyen et al., "Turning Up the Heat:
 * Min-p Sampling for Creative and Coherent LLM Outputs" (arXiv 2407.01082). Boundary: p_i = min_p * p_max is kept, both
 * by transformers and, in logits (x >= max + ln min_p), by llama.cpp. Of tokens tied at minKeep the lower ids are kept;
 * transformers keeps those that torch.topk happens to return. Typical: 0.05 to 0.1.
 */
import type { Candidates } from "../candidates.ts";
import { selectMinP } from "../fast/min-p.ts";
import { minKeep, number } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface MinP {
  readonly type: "min-p";
  /** From 0 to 1; 0 is off. */
  readonly p: number;
  /** Minimum number of candidates kept; default 1. */
  readonly minKeep?: number;
}

/** By sorting: p_i >= p * p_1, and at least the first minKeep. */
export function specification(candidates: Candidates, { p, minKeep = 1 }: Omit<MinP, "type">): Candidates {
  const { tokens } = rank(candidates);
  const most = tokens[0]!.weight; // weights instead of probabilities: their sum would cancel
  return unrank(tokens.filter(({ weight }, i) => weight >= p * most || i < minKeep));
}

interface Options {
  readonly minP: number;
}

/** The candidates with p_i >= p * max p. @throws SamplingError unless p is from 0 to 1 */
export const minP = step<MinP, Options, Options, "minP">({
  type: "min-p",
  kind: "truncation",
  parameters: { p: number("must be from 0 to 1 (0 is off)", (p) => p >= 0 && p <= 1), minKeep },
  options: { minP: { check: "number", neutral: 0, transformers: { key: "minP" } } },
  flags: {
    minP: {
      takes: { kind: "number", least: 0, most: 1 },
    },
  },
  build: ({ minP: p }) => ({ type: "min-p", p }),
  run: (candidates, step, _, workspace) => selectMinP(candidates, step, workspace),
});
