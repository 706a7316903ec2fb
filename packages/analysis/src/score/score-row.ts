/**
 * A token's scores from one row of logits: two passes over the vocabulary and no sort. The first finds the `top`
 * largest logits and counts those above the token's; the second sums exp(x), exp(x) x and exp(x) x^2 in float64, with x
 * = logit - largest, which give the normalizer, the entropy and the variance of ln p.
 */
import { exponentialMoments } from "@tsgpt/numeric";
import type { TokenScores } from "./token-scores.ts";

/**
 * Writes the scores of the token at `position`, drawn from the distribution of `logits`. [V]
 * @throws Error if a logit is NaN or infinite
 */
export function scoreRow(scores: TokenScores, position: number, logits: Float32Array): void {
  const given = logits[scores.ids[position] as number] as number;
  const { rank, max } = largest(scores, position, logits, given);
  const { sum, first, second } = exponentialMoments(logits, max);
  if (!Number.isFinite(second)) {
    throw new Error(`score: the logits before position ${position} are not finite numbers; check the weights`);
  }
  const [mean, logSum] = [first / sum, Math.log(sum)];
  scores.rank[position] = rank;
  scores.logprob[position] = given - max - logSum;
  scores.entropy[position] = logSum - mean;
  scores.variance[position] = Math.max(0, second / sum - mean * mean);
  const from = position * scores.top;
  for (let i = from; i < from + scores.top; i++) {
    scores.topLogprobs[i] = (logits[scores.topIds[i] as number] as number) - max - logSum;
  }
}

/** The number of logits above `given`, and the largest logit; writes the ids of the `top` largest to `topIds`. */
function largest({ top, topIds }: TokenScores, position: number, logits: Float32Array, given: number) {
  const from = position * top;
  let [rank, max, bar, found] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (logit > given) rank++;
    if (logit > max) max = logit;
    if (found === top && !(logit > bar)) continue;
    if (top === 0) continue;
    found = insert(topIds, from, Math.min(found, top - 1), id, logits);
    if (found === top) bar = logits[topIds[from + top - 1] as number] as number;
  }
  return { rank, max };
}

/** Inserts an id into the `found` largest so far, after ids with equal logits; returns their new number. */
function insert(topIds: Int32Array, from: number, found: number, id: number, logits: Float32Array): number {
  let i = from + found;
  for (; i > from && (logits[topIds[i - 1] as number] as number) < (logits[id] as number); i--) {
    topIds[i] = topIds[i - 1] as number;
  }
  topIds[i] = id;
  return found + 1;
}
