/** The normaliser of a row of logits: ln p(i) = logits[i] - ln sum_j exp(logits[j]). */

/**
 * ln of the sum of exp(logits), the largest taken out first, summed in float64. [V] -> a number
 * @throws Error naming `by` and the position if it is no number: a logit is NaN or Infinity, or all are -Infinity
 */
export function logSumOfExp(logits: Float32Array, position: number, by: string): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > max) max = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  if (Number.isNaN(sum)) {
    const what = logits.some(Number.isNaN) ? "NaN" : "infinite";
    throw new Error(`${by}: the logits at position ${position} are ${what}; check the weights`);
  }
  return max + Math.log(sum);
}
