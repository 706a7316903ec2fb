/** The normalizer of a softmax: ln p(i) = x[i] - logSumExp(x). */
import { sumOfExponentials } from "./exponentials.ts";

/**
 * ln of the sum of exp(values), summed in float64 after the largest value is subtracted, so that nothing overflows. [n]
 * -> a number NaN if a value is NaN or Infinity, or if all are -Infinity.
 */
export function logSumExp(values: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return max + Math.log(sumOfExponentials(values, max));
}
