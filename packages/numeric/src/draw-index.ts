/** A draw from weights that need not sum to 1: the inverse of their cumulative sum. */

/**
 * The first index at which the cumulative weight exceeds `uniform` times `sum`, 0 <= uniform < 1; an index of weight 0
 * is never drawn. -1 if no weight is above 0. [n] -> index
 */
export function drawIndex(weights: ArrayLike<number>, sum: number, uniform: number): number {
  let left = uniform * sum;
  let drawn = -1;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (!(weight > 0)) continue;
    drawn = i; // the last one stays if rounding leaves a remainder
    left -= weight;
    if (left < 0) break;
  }
  return drawn;
}
