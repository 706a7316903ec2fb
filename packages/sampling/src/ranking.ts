/**
 * Sorted candidates, in which a truncation is defined as a textbook would: the specifications in steps/ are written
 * with these.
 */
import { type Candidates, softmaxWeights } from "./candidates.ts";

export interface RankedToken {
  readonly id: number;
  readonly logit: number;
  readonly probability: number;
  /**
   * exp(z - max z): the probability before it is normalized, so that of n equal tokens the masses are whole numbers.
   */
  readonly weight: number;
}

export interface Ranking {
  /** The most probable first; of equals the lower id first. */
  readonly tokens: readonly RankedToken[];
  /** Of all weights. */
  readonly sum: number;
}

/** The candidates, sorted. */
export function rank({ ids, logits }: Candidates): Ranking {
  const { weights, sum } = softmaxWeights(logits);
  const tokens = Array.from(ids, (id, i) => ({
    id,
    logit: logits[i]!,
    weight: weights[i]!,
    probability: weights[i]! / sum,
  }));
  return { tokens: tokens.sort((a, b) => b.logit - a.logit || a.id - b.id), sum };
}

/** Candidates again, in ascending order of id. */
export function unrank(tokens: readonly Pick<RankedToken, "id" | "logit">[]): Candidates {
  const ascending = tokens.toSorted((a, b) => a.id - b.id);
  return {
    ids: Int32Array.from(ascending, ({ id }) => id),
    logits: Float64Array.from(ascending, ({ logit }) => logit),
  };
}

/**
 * The first tokens, up to and including the one whose weight brings the running sum to where `isEnough` holds; all if
 * none does.
 */
export function takeUntil(
  tokens: readonly RankedToken[],
  isEnough: (sum: number) => boolean,
  minKeep: number,
): readonly RankedToken[] {
  let sum = 0;
  const last = tokens.findIndex(({ weight }) => {
    sum += weight;
    return isEnough(sum);
  });
  return last < 0 ? tokens : tokens.slice(0, Math.max(last + 1, minKeep));
}
