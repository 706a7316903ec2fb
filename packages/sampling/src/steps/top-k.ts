/**
 * Top-k: only the k most probable tokens, renormalized. Fan, Lewis and Dauphin, "Hierarchical Neural Story Generation"
 * (arXiv 1805.04833). Boundary: exactly k, of tokens tied with the k-th the lower ids (llama.cpp); transformers and
 * vLLM keep all that tie with the k-th ("hf"). Typical k: 30 to 50.
 */
import type { Candidates } from "../candidates.ts";
import { selectTopK } from "../fast/top-k.ts";
import { type Boundary, boundary, wholeNumber } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { step } from "../step.ts";

export interface TopK {
  readonly type: "top-k";
  /** 0 is off. */
  readonly k: number;
  /** Whose rule at ties; default "llama.cpp". */
  readonly boundary?: Boundary;
}

/** By sorting: the first k, and with "hf" all that tie with the k-th. */
export function specification(candidates: Candidates, { k, boundary = "llama.cpp" }: Omit<TopK, "type">): Candidates {
  if (k === 0 || k >= candidates.ids.length) return candidates;
  const { tokens } = rank(candidates);
  const last = tokens[k - 1]!;
  return unrank(boundary === "hf" ? tokens.filter(({ logit }) => logit >= last.logit) : tokens.slice(0, k));
}

interface Options {
  readonly topK: number;
}

/**
 * The k candidates with the largest logits; all if there are fewer.
 * @throws SamplingError unless k is an integer, 0 or more
 */
export const topK = step<TopK, Options, Options, "topK">({
  type: "top-k",
  kind: "truncation",
  parameters: { k: wholeNumber(0, " (0 is off)"), boundary },
  options: { topK: { check: "number", neutral: 0, transformers: { key: "topK" } } },
  flags: {
    topK: {
      takes: { kind: "integer", least: 0 },
    },
  },
  build: ({ topK: k }, { dialect }) => ({
    type: "top-k",
    k,
    boundary: dialect === "hf" || dialect === "openai" ? "hf" : "llama.cpp", // vLLM's rule is transformers'
  }),
  run: (candidates, step, _, workspace) => selectTopK(candidates, step, workspace),
});
