/**
 * Top-k: only the k most probable tokens, renormalised. Fan, Lewis and Dauphin, "Hierarchical Neural Story Generation"
 * (arXiv 1805.04833). Boundary: exactly k, of tokens tied with the k-th the lower ids (llama.cpp); transformers and vLLM
 * keep all that tie with the k-th ("hf"). Typical k: 30 to 50.
 */
import type { Candidates } from "../candidates.ts";
import { keepFrom, keepHead, largestCut } from "../cut.ts";
import { optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface TopK {
  readonly type: "top-k";
  /** 0 is off. */
  readonly k: number;
  /** Whose rule at ties; default "llama.cpp". */
  readonly boundary?: "hf" | "llama.cpp";
}

/**
 * The k candidates with the largest logits; a k beyond their number removes none.
 * @throws SamplingError unless k is a whole number, 0 or more.
 */
export function topK(candidates: Candidates, step: Omit<TopK, "type">): Candidates {
  checkStep(TOP_K, step);
  const { k, boundary } = step;
  const { logits } = candidates;
  if (k === 0 || k >= logits.length) return candidates;
  if (boundary === "hf") return keepFrom(candidates, logits, Infinity, k);
  return keepHead(candidates, logits, largestCut(logits, k));
}

export const TOP_K: Rule<TopK> = {
  type: "top-k",
  kind: "truncation",
  parameters: { k: wholeNumber(0, " (0 is off)"), boundary: optional(word("hf", "llama.cpp")) },
  apply: topK,
};
