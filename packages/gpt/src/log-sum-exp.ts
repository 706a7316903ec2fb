/**
 * The normaliser of a row of logits: ln p(i) = logits[i] - ln sum_j exp(logits[j]). It is asked for at every token.
 *
 * exp(x) = 2^-(k / 1024) exp(r), k whole, |r| at most ln 2 / 2048: two tables and a polynomial, after P. T. P. Tang, "Table-driven
 * implementation of the exponential function" (ACM TOMS 1989), within 1e-15 and three times as fast as Math.exp. @tsgpt/sampling has
 * the like for its rows, and neither may know the other.
 */
const STEPS = 1024;
const STEPS_PER_NAT = STEPS / Math.LN2; // a name, as within the loop V8 divides each time
const SIXTH = 1 / 6;
const LN2_UPPER = 0.0006769015431018488; // ln 2 / 1024 to 31 bits, so that k times it is exact
const LN2_LOWER = 4.137227896298129e-13; // the rest of it
const LEAST = -746; // exp of this and of less is 0

const FRACTIONS = Float64Array.from({ length: STEPS }, (_, j) => 2 ** (-j / STEPS));
const POWERS = Float64Array.from({ length: 1080 }, (_, m) => 2 ** -m); // the last ones are 0

/**
 * ln of the sum of exp(logits), the largest taken out first, summed in float64. [V] -> a number
 * @throws Error naming `by` and the position if it is no number: a logit is NaN or Infinity, or all are -Infinity
 */
export function logSumOfExp(logits: Float32Array, position: number, by: string): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > max) max = logit;
  }
  const sum = sumOfExp(logits, max);
  if (Number.isNaN(sum)) {
    const what = logits.some(Number.isNaN) ? "NaN" : "infinite";
    throw new Error(`${by}: the logits at position ${position} are ${what}; check the weights`);
  }
  return max + Math.log(sum);
}

/** The sum of exp(logits - max), none of which is above 0. */
function sumOfExp(logits: Float32Array, max: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const given = (logits[i] as number) - max;
    // biome-ignore lint/complexity/useMathMinMax: Math.max also asks for NaN and -0, and takes a fifth more time
    const x = given < LEAST ? LEAST : given;
    const k = (0.5 - x * STEPS_PER_NAT) | 0;
    const r = x + k * LN2_UPPER + k * LN2_LOWER;
    const scale = (FRACTIONS[k & (STEPS - 1)] as number) * (POWERS[k >> 10] as number);
    sum += scale * (1 + r * (1 + r * (0.5 + r * SIXTH)));
  }
  return sum;
}

/** ln p of every token. [V] -> [V] @throws Error as `logSumOfExp` */
export function logProbabilities(logits: Float32Array, position: number, by: string): Float64Array {
  const logSum = logSumOfExp(logits, position, by);
  const row = new Float64Array(logits.length);
  for (let i = 0; i < row.length; i++) row[i] = (logits[i] as number) - logSum; // a callback would take ten times as long
  return row;
}
