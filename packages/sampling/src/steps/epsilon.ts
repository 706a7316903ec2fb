/**
 * Epsilon sampling: drops every token with p_i < epsilon. Hewitt, Manning and Liang, "Truncation Sampling as Language
 * Model Desmoothing" (arXiv 2210.15191). Boundary: p_i = epsilon is kept, and so is the most probable token in any
 * case, with all that tie with it. Typical: 0.0003 to 0.0009.
 */
import type { Candidates } from "../candidates.ts";
import { selectEpsilon } from "../fast/probability-floor.ts";
import { minKeep, number } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface Epsilon {
  readonly type: "epsilon";
  /** From 0 to below 1; 0 is off. */
  readonly epsilon: number;
  /** Minimum number of candidates kept; default 1. */
  readonly minKeep?: number;
}

/** By sorting: p_i >= epsilon, and at least the first minKeep with all that tie. */
export function specification(candidates: Candidates, { epsilon, minKeep = 1 }: Omit<Epsilon, "type">): Candidates {
  const { tokens } = rank(candidates);
  const last = tokens[Math.min(minKeep, tokens.length) - 1]!; // it is kept, and so is what ties with it
  return unrank(tokens.filter(({ probability }) => probability >= Math.min(epsilon, last.probability)));
}

interface Options {
  readonly epsilon: number;
}

export const epsilonRange = number("must be 0 or more and below 1 (0 is off)", (value) => value >= 0 && value < 1);

/** The candidates with p_i >= epsilon. @throws SamplingError unless epsilon is 0 or more and below 1 */
export const epsilon = step<Epsilon, Options, Options, "epsilonCutoff">({
  type: "epsilon",
  kind: "truncation",
  parameters: { epsilon: epsilonRange, minKeep },
  options: {
    epsilon: { check: "number", neutral: 0, transformers: { key: "epsilonCutoff", isOff: (p) => !(p > 0 && p < 1) } },
  },
  flags: {
    epsilon: {
      takes: { kind: "number", least: 0, below: 1 },
    },
  },
  build: ({ epsilon }) => ({ type: "epsilon", epsilon }),
  run: (candidates, step, _, workspace) => selectEpsilon(candidates, step, workspace),
});
