/**
 * Eta sampling: drops every token with p_i < min(epsilon, sqrt(epsilon) * exp(-H)), so that a flat distribution (large
 * entropy H) keeps more of its tail. Hewitt, Manning and Liang (arXiv 2210.15191). Boundary: equality is kept, and so
 * is the most probable token in any case, with all that tie with it. Typical epsilon: 0.0003 to 0.004.
 */
import { type Candidates, entropy } from "../candidates.ts";
import { selectEta } from "../fast/probability-floor.ts";
import { minKeep } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { step } from "../step.ts";
import { epsilonRange } from "./epsilon.ts";

export interface Eta {
  readonly type: "eta";
  /** From 0 to below 1; 0 is off. */
  readonly epsilon: number;
  /** Minimum number of candidates kept; default 1. */
  readonly minKeep?: number;
}

/** By sorting: p_i >= min(epsilon, sqrt(epsilon) * exp(-H)), and at least the first minKeep with all that tie. */
export function specification(candidates: Candidates, { epsilon, minKeep = 1 }: Omit<Eta, "type">): Candidates {
  const eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy(candidates)));
  const { tokens } = rank(candidates);
  const last = tokens[Math.min(minKeep, tokens.length) - 1]!; // it is kept, and so is what ties with it
  return unrank(tokens.filter(({ probability }) => probability >= Math.min(eta, last.probability)));
}

interface Options {
  readonly eta: number;
}

/**
 * The candidates with p_i >= min(epsilon, sqrt(epsilon) * exp(-H)).
 * @throws SamplingError unless epsilon is 0 or more and below 1
 */
export const eta = step<Eta, Options, Options, "etaCutoff">({
  type: "eta",
  kind: "truncation",
  parameters: { epsilon: epsilonRange, minKeep },
  options: {
    eta: { check: "number", neutral: 0, transformers: { key: "etaCutoff", isOff: (p) => !(p > 0 && p < 1) } },
  },
  flags: {
    eta: {
      takes: { kind: "number", least: 0, below: 1 },
    },
  },
  build: ({ eta: epsilon }) => ({ type: "eta", epsilon }),
  run: (candidates, step, _, workspace) => selectEta(candidates, step, workspace),
});
