/**
 * Top-p, or nucleus sampling: the first tokens of the sorted distribution whose mass reaches at least p, renormalized.
 * Holtzman et al., "The Curious Case of Neural Text Degeneration" (arXiv 1904.09751). Boundary: the token that crosses
 * p is kept, equality adds none. Of tokens tied with the last one the lower ids are kept; transformers ("hf") cuts from
 * the other end, dropping while the float32 sum of the ascending order is at most 1 - p, so there the higher ids are
 * kept, given a stable sort: torch.sort as transformers calls it may order more than 16 equal numbers differently from
 * one processor to the next. llama.cpp's sort is not stable: it keeps as many, but which ones depends on its standard
 * library. Typical p: 0.8, 0.9, 0.95.
 */
import type { Candidates } from "../candidates.ts";
import { selectTopP } from "../fast/top-p.ts";
import { float32Softmax } from "../float32-softmax.ts";
import { type Boundary, boundary, minKeep, number } from "../parameter.ts";
import { rank, takeUntil, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface TopP {
  readonly type: "top-p";
  /** Above 0 and at most 1; 1 is off. */
  readonly p: number;
  /** Minimum number of candidates kept (transformers' min_tokens_to_keep); default 1. */
  readonly minKeep?: number;
  /** Whose rule at ties; default "llama.cpp". */
  readonly boundary?: Boundary;
}

/** By sorting: the first tokens, until their mass reaches p. */
export function specification(candidates: Candidates, { p, minKeep = 1, boundary }: Omit<TopP, "type">): Candidates {
  if (p === 1) return candidates;
  if (boundary === "hf") return specificationOfHf(candidates, p, minKeep);
  const { tokens, sum } = rank(candidates);
  return unrank(takeUntil(tokens, (mass) => mass >= p * sum, minKeep));
}

/** transformers' TopPLogitsWarper: from the least probable on, tokens are dropped while their sum is at most 1 - p. */
function specificationOfHf(candidates: Candidates, p: number, minKeep: number): Candidates {
  const probabilities = float32Softmax(candidates.logits);
  const tokens = Array.from(candidates.ids, (id, i) => ({ id, logit: candidates.logits[i]!, p: probabilities[i]! }));
  const ascending = tokens.toSorted((a, b) => a.logit - b.logit || a.id - b.id);
  let mass = 0;
  const first = ascending.findIndex((token) => {
    mass += token.p;
    return Math.fround(mass) > Math.fround(1 - p);
  });
  const most = Math.max(0, ascending.length - minKeep);
  return unrank(ascending.slice(first < 0 ? most : Math.min(first, most)));
}

interface Options {
  readonly topP: number;
}

/**
 * The smallest set of most probable candidates whose mass is at least p.
 * @throws SamplingError unless p is above 0 and at most 1
 */
export const topP = step<TopP, Options, Options, "topP">({
  type: "top-p",
  kind: "truncation",
  parameters: { p: number("must be above 0 and at most 1 (1 is off)", (p) => p > 0 && p <= 1), minKeep, boundary },
  options: { topP: { check: "number", neutral: 1, transformers: { key: "topP", isOff: (p) => p >= 1 } } },
  flags: {
    topP: {
      takes: { kind: "number", above: 0, most: 1 },
    },
  },
  build: ({ topP: p }, { dialect }) =>
    dialect === "hf" || dialect === "openai" ? { type: "top-p", p, boundary: "hf" } : { type: "top-p", p },
  run: (candidates, step, _, workspace) => selectTopP(candidates, step, workspace),
});
