/** The rows and histories of tools/reference/make_sampling_fixtures.py by the same integer formula, and a digest of a result. */
import { type Candidates, probabilities } from "@tsgpt/sampling";

export type Kind = "flat" | "bell" | "peaked" | "tied" | "masked" | "equal" | "few";

/** [left, hash of the ids or null at ties in min-p, and of several: weighted sum, largest, middle, smallest probability]; [0] is none. */
export type Digest = [left: number, hash?: number | null, ...probes: number[]];

const HISTORY_SEED = 0x5bd1e995;

/** 32 bits to 32 bits, a bijection (lowbias32 by Chris Wellons). */
function mix(word: number): number {
  let w = word >>> 0;
  w = Math.imul(w ^ (w >>> 16), 0x7feb352d);
  w = Math.imul(w ^ (w >>> 15), 0x846ca68b);
  return (w ^ (w >>> 16)) >>> 0;
}

const word = (seed: number, index: number) => mix(index + mix(seed));

const VALUES: { readonly [K in Kind]: (w: number, seed: number) => number } = {
  flat: (w) => (w >>> 8) / 2 ** 24 - 0.5,
  tied: (w) => (w % 7) - 3,
  equal: () => 1.5,
  few: (w, seed) => (seed % 3 === 0 && (w >>> 8) % 5 === 0 ? -Infinity : fewValues(w, seed)),
  bell,
  peaked: bell,
  masked: (w) => (w % 3 === 0 ? -Infinity : bell(w)),
};

/** One of two to five values. */
const fewValues = (w: number, seed: number) => w % (2 + (seed % 4));

/** The sum of four bytes, spread by 14 more bits: about normal, deviation 4.6, ties rare; exact in float32. */
function bell(w: number): number {
  const total = (w & 255) + ((w >>> 8) & 255) + ((w >>> 16) & 255) + (w >>> 24);
  return (total * 2 ** 14 + (mix(w) >>> 18)) / 2 ** 19 - 510 / 2 ** 5;
}

export function referenceRow(kind: Kind, size: number, seed: number): Float32Array {
  const row = Float32Array.from({ length: size }, (_, id) => VALUES[kind](word(seed, id), seed));
  if (kind === "peaked") row[mix(seed) % size] = 20;
  if (kind === "few") row[seed % size] = fewValues(word(seed, seed % size), seed);
  if (kind === "masked") row[seed % size] = bell(word(seed, seed % size));
  return row;
}

/** Six tokens of the vocabulary in any order, so that n-grams come again. */
export function referenceHistory(seed: number, length: number, size: number): number[] {
  const different = Math.min(size, 6);
  return Array.from({ length }, (_, i) => (word(seed ^ HISTORY_SEED, i) % different) * Math.floor(size / different));
}

/** The same of what a chain left; at ties in min-p, whose minKeep takes what torch.topk happens to, over the sorted probabilities. */
export function digestOf(candidates: Candidates, isTied: boolean): Digest {
  const p = probabilities(candidates);
  if (isTied) p.sort().reverse();
  const numbers = isTied ? p.keys() : candidates.ids;
  let [hash, sum, i] = [0, 0, 0];
  for (const number of numbers) {
    const mixed = mix(number + 1);
    hash = (hash + mixed) >>> 0;
    sum += p[i++] * (mixed / 2 ** 32);
  }
  const probes = p.length > 1 ? [sum, largest(p), p[p.length >> 1], -largest(p.map((value) => -value))] : [];
  return [p.length, isTied ? null : hash, ...probes];
}

const largest = (values: Float64Array) => values.reduce((max, value) => Math.max(max, value));
