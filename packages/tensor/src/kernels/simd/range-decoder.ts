/**
 * The range decoder of LZMA: reads bits that were written with adaptive probabilities. A probability is that of a 0, in
 * 2048ths; every bit read moves it by a 32nd toward what was read.
 * @see https://www.7-zip.org/sdk.html LZMA specification, by Igor Pavlov
 */

const PROBABILITY_BITS = 11;
const ADAPTATION_BITS = 5;
/** Below this the range takes in another byte. */
const SMALLEST_RANGE = 2 ** 24;

export type RangeDecoder = ReturnType<typeof rangeDecoder>;

/** Probabilities of one half each. */
export function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(2 ** (PROBABILITY_BITS - 1));
}

export function rangeDecoder(data: Uint8Array) {
  const range = Uint32Array.of(2 ** 32 - 1); // in arrays: V8 allocates a variable of 32 bits each time it is set
  const code = Uint32Array.of(0); // less than the range
  let at = 1; // the first byte is 0
  for (; at < 5; at++) code[0] = (code[0] << 8) | data[at];

  /** Whether the code lies in the range's upper part, which begins at `bound`; goes on in its part. */
  const split = (bound: number): 0 | 1 => {
    const upper = code[0] < bound ? 0 : 1;
    range[0] = upper ? range[0] - bound : bound;
    if (upper) code[0] -= bound;
    if (range[0] < SMALLEST_RANGE) {
      range[0] <<= 8;
      code[0] = (code[0] << 8) | data[at++];
    }
    return upper;
  };
  /** A bit of probability p[i]. */
  const bit = (p: Uint16Array, i: number): 0 | 1 => {
    const value = split((range[0] >>> PROBABILITY_BITS) * p[i]);
    p[i] += value ? -(p[i] >> ADAPTATION_BITS) : (2 ** PROBABILITY_BITS - p[i]) >> ADAPTATION_BITS;
    return value;
  };
  /** A number of `count` bits of probability one half, the highest first. */
  const evenBits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const half = range[0] >>> 1;
      range[0] = 2 * half;
      value = 2 * value + split(half);
    }
    return value;
  };
  /** A number of `count` bits, the highest first; the bits before it say which probability after p[from] a bit has. */
  const tree = (p: Uint16Array, from: number, count: number): number => {
    let node = 1;
    for (let i = 0; i < count; i++) node = 2 * node + bit(p, from + node);
    return node - (1 << count);
  };
  /** As `tree`, the lowest bit first. */
  const reverseTree = (p: Uint16Array, from: number, count: number): number => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const next = bit(p, from + node);
      node = 2 * node + next;
      value += next << i;
    }
    return value;
  };
  return { bit, evenBits, tree, reverseTree };
}
