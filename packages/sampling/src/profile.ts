/**
 * A summary of a distribution, as plain data: sorted, 50,000 probabilities are a short head, listed token by token, and
 * a very long tail, summed over ranges of ranks.
 */
import { type Candidates, entropy, probabilities } from "./candidates.ts";
import { indicesAtLeast, topCountThreshold } from "./fast/threshold.ts";
import { topP } from "./steps/top-p.ts";
import { createWorkspace } from "./workspace.ts";

/** A token and its probability. */
export interface Share {
  readonly id: number;
  readonly probability: number;
}

/** The tokens from one rank to another, inclusive; 1 is the most probable token. */
export interface TailPart {
  readonly from: number;
  readonly to: number;
  /** The sum over them. */
  readonly probability: number;
}

/** A distribution in brief: its size, its entropy, its most probable tokens, and the others in ranges. */
export interface Profile {
  /** Candidates. */
  readonly kept: number;
  readonly entropyBits: number;
  /** How many of the most probable tokens hold 90% of the mass: as many as top-p 0.9 keeps. */
  readonly headSize: number;
  /** The most probable tokens, at most `limit`. */
  readonly top: readonly Share[];
  /** All others, in ranges that end at rank 10, 100, 1000 and so on; empty if no token is to be named. */
  readonly tail: readonly TailPart[];
}

const HEAD_MASS = 0.9;

/** The profile of a distribution that names at most `limit` tokens. For 0 its tail is empty too, which saves a sort. */
export function profileOf(candidates: Candidates, limit: number): Profile {
  const top = mostProbable(candidates, limit);
  return {
    kept: candidates.ids.length,
    entropyBits: entropy(candidates) / Math.LN2,
    headSize: topP(candidates, { p: HEAD_MASS }).ids.length,
    top,
    tail: limit === 0 ? [] : tailOf(probabilities(candidates), top.length),
  };
}

/** The tail after the `named` largest shares, which are sorted in place. */
function tailOf(shares: Float64Array, named: number): TailPart[] {
  const parts: TailPart[] = [];
  const count = shares.length;
  shares.sort(); // ascending: rank r is at count - r
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
  const indices = highest(candidates.logits, Math.min(limit, shares.length));
  return indices.map((i) => ({ id: candidates.ids[i]!, probability: shares[i]! }));
}

/** The indices of the `count` highest scores, the highest first. */
export function highest(scores: Float64Array, count: number): number[] {
  if (!(count >= 1)) return [];
  const workspace = createWorkspace();
  const threshold = topCountThreshold(scores, Math.floor(count), workspace).value;
  const indices = Array.from(indicesAtLeast(scores, threshold, workspace));
  return indices.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, Math.floor(count));
}
