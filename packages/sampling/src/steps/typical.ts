/**
 * Locally typical sampling: keeps the tokens whose information -ln p_i is nearest to the entropy H, the nearest first,
 * up to a mass. So the most probable token may be removed. Meister et al., "Locally Typical Sampling" (arXiv
 * 2202.00666). Boundary: transformers ("hf") stops at the first sum that reaches the mass and keeps what ties with the
 * last one; llama.cpp stops at the first sum that exceeds it, and breaks ties (here by the lower id). Typical mass: 0.9
 * to 0.95.
 */
import { type Candidates, entropy } from "../candidates.ts";
import { selectTypical } from "../fast/typical.ts";
import { type Boundary, boundary, minKeep, number } from "../parameter.ts";
import { type RankedToken, rank, takeUntil, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface Typical {
  readonly type: "typical";
  /** Above 0 and at most 1; 1 is off. */
  readonly mass: number;
  /** Minimum number of candidates kept; default 1. */
  readonly minKeep?: number;
  /** Whose rule at the boundary; default "hf". */
  readonly boundary?: Boundary;
}

/** By sorting: the tokens with the smallest | -ln p_i - H |, until their mass reaches the limit. */
export function specification(candidates: Candidates, { mass, minKeep = 1, boundary = "hf" }: Omit<Typical, "type">) {
  if (mass === 1) return candidates;
  const { tokens, sum } = rank(candidates);
  const expected = tokens[0]!.logit + Math.log(sum) - entropy(candidates); // the logit of a token with -ln p = H
  const distance = ({ logit }: RankedToken) => Math.abs(expected - logit); // | -ln p_i - H |
  const order = tokens.toSorted((a, b) => distance(a) - distance(b) || a.id - b.id);
  if (boundary === "llama.cpp") return unrank(takeUntil(order, (taken) => taken > mass * sum, minKeep));
  const limit = distance(takeUntil(order, (taken) => taken >= mass * sum, 1).at(-1)!);
  return unrank(order.filter((token, i) => distance(token) <= limit || i < minKeep));
}

interface Options {
  readonly typical: number;
}

/**
 * The candidates nearest to the entropy that hold the mass.
 * @throws SamplingError unless the mass is above 0 and at most 1
 */
export const typical = step<Typical, Options, Options, "typicalP">({
  type: "typical",
  kind: "truncation",
  parameters: {
    mass: number("must be above 0 and at most 1 (1 is off)", (mass) => mass > 0 && mass <= 1),
    minKeep,
    boundary,
  },
  options: { typical: { check: "number", neutral: 1, transformers: { key: "typicalP", isOff: (mass) => mass >= 1 } } },
  flags: {
    typical: {
      takes: { kind: "number", above: 0, most: 1 },
    },
  },
  build: ({ typical: mass }, { dialect }) => ({
    type: "typical",
    mass,
    boundary: dialect === "hf" ? "hf" : "llama.cpp",
  }),
  run: (candidates, step, _, workspace) => selectTypical(candidates, step, workspace),
});
