/**
 * The scores of a text's tokens, as columns: a megabyte of text has 300,000 tokens, and creating as many objects would
 * take longer than the model. `tokenScore` reads one row. All logarithms are natural.
 */

/** Scores of T tokens, with the `top` most probable alternatives of each. */
export interface TokenScores {
  readonly ids: readonly number[];
  /** The token placed before the text; it has no score itself. */
  readonly bos: number | undefined;
  /** ln p(token | the tokens before it); NaN if not scored. [T] */
  readonly logprob: Float64Array;
  /** Number of tokens that are strictly more probable; -1 if not scored. [T] */
  readonly rank: Int32Array;
  /** Entropy of the distribution that predicts the token, in nats: the mean of -ln p under p. [T] */
  readonly entropy: Float64Array;
  /** Variance of ln p under p, in nats squared. [T] */
  readonly variance: Float64Array;
  readonly top: number;
  /** [T * top], for each token in descending order of probability; among equals the lower id first. */
  readonly topIds: Int32Array;
  readonly topLogprobs: Float64Array;
}

/** One of the most probable tokens at a position. */
export interface Alternative {
  readonly id: number;
  readonly logprob: number;
}

/** The scores of one token; null if it is not scored. */
export interface TokenScore {
  readonly id: number;
  readonly position: number;
  readonly logprob: number | null;
  readonly rank: number | null;
  readonly entropy: number | null;
  readonly top: readonly Alternative[];
}

/** Scores of T tokens, all not scored yet. */
export function emptyScores(ids: readonly number[], top: number, bos?: number): TokenScores {
  const { length } = ids;
  return {
    ids,
    bos,
    logprob: new Float64Array(length).fill(Number.NaN),
    rank: new Int32Array(length).fill(-1),
    entropy: new Float64Array(length).fill(Number.NaN),
    variance: new Float64Array(length).fill(Number.NaN),
    top,
    topIds: new Int32Array(length * top).fill(-1),
    topLogprobs: new Float64Array(length * top).fill(Number.NaN),
  };
}

/** Whether the token at a position has a score. */
export function isScored({ rank }: TokenScores, position: number): boolean {
  return (rank[position] as number) >= 0;
}

/** The scores of the token at a position. */
export function tokenScore(scores: TokenScores, position: number): TokenScore {
  const id = scores.ids[position] as number;
  if (!isScored(scores, position)) return { id, position, logprob: null, rank: null, entropy: null, top: [] };
  const top = Array.from({ length: scores.top }, (_, i) => ({
    id: scores.topIds[position * scores.top + i] as number,
    logprob: scores.topLogprobs[position * scores.top + i] as number,
  }));
  return {
    id,
    position,
    logprob: scores.logprob[position] as number,
    rank: scores.rank[position] as number,
    entropy: scores.entropy[position] as number,
    top,
  };
}
