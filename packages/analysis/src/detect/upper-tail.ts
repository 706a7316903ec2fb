/**
 * The upper tail of the standard normal distribution, P(N(0, 1) > z): the p-value of a z-score in a one-sided test.
 */
import { erf } from "@tsgpt/numeric";

/** Enough for float64 precision at z >= 2; smaller z would need more terms. */
const TERMS = 80;

/**
 * P(N(0, 1) > z) with a relative error below 1e-12; 0 beyond z = 38, where float64 underflows. For z >= 2 Laplace's
 * continued fraction, the density divided by z + 1/(z + 2/(z + 3/(z + ...))), because 1 - erf would cancel.
 * @see Abramowitz and Stegun, 26.2.14
 */
export function upperTail(z: number): number {
  if (z < 2) return 0.5 * (1 - erf(z / Math.SQRT2));
  let fraction = z;
  for (let k = TERMS; k >= 1; k--) fraction = z + k / fraction;
  return Math.exp(-0.5 * z * z) / (Math.sqrt(2 * Math.PI) * fraction);
}
