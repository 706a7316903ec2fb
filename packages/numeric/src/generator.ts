/**
 * Random numbers: xoshiro128** 1.1 by Blackman and Vigna ("Scrambled Linear Pseudorandom Number Generators", ACM TOMS
 * 2021; https://prng.di.unimi.it), 128 bits of state, period 2^128 - 1, seeded from two outputs of SplitMix64 as its
 * authors advise. The same seed gives the same numbers on every machine: integer arithmetic only. Not for cryptography.
 */
/** The whole state of a generator: a copy of the words continues from the same place. */
export interface Generator {
  /** Four words, not all 0; changed by every draw. */
  readonly state: Uint32Array;
}

/**
 * A generator whose state follows from `seed`.
 * @throws RangeError unless the seed is a integer from 0 to 2^53 - 1.
 */
export function createGenerator(seed: number): Generator {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${String(seed)}`);
  }
  const [first, second] = [splitmix64(BigInt(seed), 1n), splitmix64(BigInt(seed), 2n)];
  const words = [first, first >> 32n, second, second >> 32n].map((word) => Number(word & 0xffffffffn));
  return { state: Uint32Array.from(words) };
}

/** The next output of xoshiro128**, an integer from 0 to 2^32 - 1. */
export function nextUint32({ state }: Generator): number {
  const [s0, s1, s2, s3] = [state[0]!, state[1]!, state[2]!, state[3]!];
  const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  state[0] = s0 ^ s3 ^ s1;
  state[1] = s1 ^ s2 ^ s0;
  state[2] = s2 ^ s0 ^ (s1 << 9);
  state[3] = rotateLeft(s3 ^ s1, 11);
  return result;
}

/**
 * A number in [0, 1) with 53 random bits: 27 of one output above 26 of the next, divided by 2^53. 32 bits would miss
 * the far tail of a distribution over 50,000 tokens.
 * @see genrand_res53 in Matsumoto and Nishimura's mt19937ar.c
 */
export function nextUniform(generator: Generator): number {
  const upper = nextUint32(generator) >>> 5;
  const lower = nextUint32(generator) >>> 6;
  return (upper * 2 ** 26 + lower) / 2 ** 53;
}

/**
 * Output number `index`, from 1, of SplitMix64 started at `seed`.
 * @see Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014); splitmix64.c by Vigna
 */
export function splitmix64(seed: bigint, index: bigint): bigint {
  let z = BigInt.asUintN(64, seed + index * 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
