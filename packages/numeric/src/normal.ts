/**
 * Normally distributed numbers from integers, the same on every machine: the quantiles of N(0, 1) at (i + 1/2) / 65536.
 * They are computed with the four basic operations and sqrt only, which IEEE 754 defines to the last bit; Math.log and
 * Math.cos differ between engines. Wichura 1988, "Algorithm AS 241", PPND7: relative error 1e-7. The largest is 4.3.
 */
const COUNT = 65_536;

/** Where the approximation of the middle ends. */
const MIDDLE = 0.425;

/** 65,536 quantiles of N(0, 1), ascending: indexed by random 16-bit numbers they are normally distributed. */
export function normalTable(): Float32Array {
  return Float32Array.from({ length: COUNT }, (_, i) => quantile((i + 0.5) / COUNT));
}

function quantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= MIDDLE) {
    const r = MIDDLE * MIDDLE - q * q;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    return (q * above) / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  }
  const r = Math.sqrt(-ln(Math.min(p, 1 - p))) - 1.6;
  const tail = ((0.17023821103 * r + 1.3067284816) * r + 2.756815399) * r + 1.4234372777;
  return (Math.sign(q) * tail) / ((0.12021132975 * r + 0.7370016425) * r + 1);
}

/** The natural logarithm of 0 < x < 1: 2 artanh((y - 1) / (y + 1)) of y near 1, where ten terms suffice. */
function ln(x: number): number {
  let y = x;
  let doublings = 0;
  for (; y < 0.7; doublings++) y *= 2;
  const z = (y - 1) / (y + 1);
  let sum = 0;
  for (let k = 19; k >= 1; k -= 2) sum = sum * z * z + 1 / k;
  return 2 * z * sum - doublings * Math.LN2;
}
