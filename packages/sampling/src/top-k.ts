/**
 * Top-k: only the k most probable tokens, renormalised. Fan, Lewis and Dauphin, "Hierarchical Neural Story Generation"
 * (arXiv 1805.04833). Exactly k: of tokens tied with the k-th the lower ids stay. Typical k: 30 to 50.
 */
import type { Candidates } from "./candidates.ts";
import { headCut, keepHead } from "./cut.ts";
import { SamplingError, show } from "./errors.ts";

/**
 * The k candidates with the largest logits; 0 is off, and a k beyond their number removes none.
 * @throws SamplingError unless k is a whole number, 0 or more.
 */
export function topK(candidates: Candidates, k: number): Candidates {
  checkTopK(k);
  const { logits } = candidates;
  if (k === 0 || k >= logits.length) return candidates;
  return keepHead(candidates, logits, headCut(contenders(logits, k), k, one));
}

/** @throws SamplingError unless k is a whole number, 0 or more. */
export function checkTopK(k: number): void {
  if (Number.isSafeInteger(k) && k >= 0) return;
  throw new SamplingError(`top-k: k must be a whole number, 1 or more, or 0 for off; got ${show(k)}`);
}

/** The logits that can be among the k largest: those not below the k-th largest of the first few. */
function contenders(logits: Float64Array, k: number): Float64Array {
  const sample = logits.slice(0, Math.max(1024, 4 * k));
  if (sample.length === logits.length) return sample;
  const floor = headCut(sample, k, one).threshold;
  return logits.filter((logit) => logit >= floor);
}

function one(): number {
  return 1;
}
