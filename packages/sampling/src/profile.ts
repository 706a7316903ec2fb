/**
 * A distribution, sorted: its head token by token, its tail by ranks. What a person must see of some 50,000 probabilities, as plain
 * data. In the order of their ids they cannot be read; sorted, they are a short head and a very long tail.
 */
import { type Candidates, entropy, probabilities } from "./candidates.ts";
import { largestCut, placesFrom } from "./cut.ts";
import { topP } from "./steps/top-p.ts";

/** A token and its probability. */
export interface Share {
  readonly id: number;
  readonly probability: number;
}

/** The tokens of these ranks, both included; 1 is the most probable token. */
export interface TailPart {
  readonly from: number;
  readonly to: number;
  /** Of all of them together. */
  readonly probability: number;
}

export interface Profile {
  /** Candidates. */
  readonly kept: number;
  readonly entropyBits: number;
  /** How many of the most probable tokens hold 90% of the mass: as many as top-p 0.9 would keep. */
  readonly headSize: number;
  /** The most probable tokens, at most `limit`. */
  readonly top: readonly Share[];
  /** All others, in parts that end at rank 10, 100, 1000 and so on. */
  readonly tail: readonly TailPart[];
}

const HEAD_MASS = 0.9;

/** The profile of a distribution that names at most `limit` tokens. */
export function profileOf(candidates: Candidates, limit: number): Profile {
  const top = mostProbable(candidates, limit);
  return {
    kept: candidates.ids.length,
    entropyBits: entropy(candidates) / Math.LN2,
    headSize: topP(candidates, { p: HEAD_MASS }).ids.length,
    top,
    tail: tailOf(probabilities(candidates), top.length),
  };
}

/** What lies beyond the `named` largest shares. Sorts them. */
function tailOf(shares: Float64Array, named: number): TailPart[] {
  const parts: TailPart[] = [];
  const count = shares.length;
  shares.sort(); // ascending: rank r stands at count - r
  for (let [from, end] = [named + 1, 10]; from <= count; end *= 10) {
    const to = Math.min(count, end);
    if (to < from) continue;
    let probability = 0;
    for (let i = count - to; i <= count - from; i++) probability += shares[i]!;
    parts.push({ from, to, probability });
    from = to + 1;
  }
  return parts;
}

/** The most probable candidates, at most `limit`, ties by the lower id. */
export function mostProbable(candidates: Candidates, limit: number): Share[] {
  const shares = probabilities(candidates);
  const places = highest(candidates.logits, Math.min(limit, shares.length));
  return places.map((i) => ({ id: candidates.ids[i]!, probability: shares[i]! }));
}

/** Where the `count` highest scores are, the highest first. */
export function highest(scores: Float64Array, count: number): number[] {
  if (!(count >= 1)) return [];
  const places = Array.from(placesFrom(scores, largestCut(scores, Math.floor(count)).threshold));
  return places.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, Math.floor(count));
}
