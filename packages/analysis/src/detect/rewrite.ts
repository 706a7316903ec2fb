/**
 * Rewrites of a text by the model itself: spans of two tokens are resampled, each token from the model's distribution
 * after the rewritten text so far. DetectGPT (Mitchell et al., arXiv 2301.11305) fills such spans with T5, which sees
 * the context on both sides; GPT-2 sees only the left context. The number and length of the spans are DetectGPT's:
 * 0.3 T / 4 spans of 2 tokens, at least one token apart.
 */
import { interruptibleForward, KVCache, type Model } from "@tsgpt/gpt";
import { createGenerator, type Generator, nextUniform } from "@tsgpt/numeric";
import { candidatesOf, draw } from "@tsgpt/sampling";

const SPAN = 2;
const GAP = 1;
const SHARE = 0.3;
/** One unchanged token and a span. */
export const SHORTEST_REWRITE = 1 + SPAN;
/** Rewrites that run in parallel; each has a KV cache. */
const AT_ONCE = 8;

export interface RewriteOptions {
  readonly count: number;
  /** Seed of the first rewrite; rewrite i uses seed + i. */
  readonly seed: number;
  readonly bos?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each group of rewrites of a part: how many are done, and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** An unfinished rewrite; the tokens before `fed` are in the cache. */
interface Draft {
  readonly ids: number[];
  /** The positions to resample, ascending. */
  readonly positions: readonly number[];
  readonly generator: Generator;
  readonly cache: KVCache;
  fed: number;
}

/**
 * Rewrites of a text, each of the same length. A text longer than the context is rewritten in independent parts; the
 * first token of each part has no context and stays unchanged, unless `bos` is given. T ids -> `count` lists of T ids
 * @throws RangeError for a text shorter than a span and the token before it; the signal's AbortError
 */
export async function rewrite(model: Model, ids: readonly number[], options: RewriteOptions): Promise<number[][]> {
  const { count, seed, bos, signal, onProgress } = options;
  const added = bos === undefined ? [] : [bos];
  if (added.length + ids.length < SHORTEST_REWRITE) {
    throw new RangeError(`rewrite: needs ${SHORTEST_REWRITE - added.length} tokens or more, got ${ids.length}`);
  }
  const size = model.config.nPositions - added.length;
  const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ids.slice(i * size, (i + 1) * size));
  const generators = Array.from({ length: count }, (_, i) => createGenerator(seed + i));
  const rewritten = generators.map((): number[] => []);
  let done = 0;
  for (const part of parts) {
    for (let first = 0; first < count; first += AT_ONCE) {
      const group = generators.slice(first, first + AT_ONCE);
      const texts = await rewritePart(model, [...added, ...part], group, signal);
      for (const [i, text] of texts.entries()) rewritten[first + i]?.push(...text.slice(added.length));
      done += group.length;
      onProgress?.(done, count * parts.length);
    }
  }
  return rewritten;
}

/**
 * The rewrites of one part, computed in parallel: each round feeds every draft the tokens up to its next position and
 * resamples the token there.
 */
async function rewritePart(
  model: Model,
  ids: readonly number[],
  generators: readonly Generator[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const drafts: Draft[] = [];
  try {
    for (const generator of generators) {
      const cache = new KVCache(model.config, model.engine, ids.length);
      drafts.push({ ids: [...ids], positions: positionsOf(ids.length, generator), generator, cache, fed: 0 });
    }
    const rounds = Math.max(...drafts.map(({ positions }) => positions.length));
    for (let round = 0; round < rounds; round++) {
      const unfinished = drafts.filter(({ positions }) => round < positions.length);
      await resample(model, unfinished, round, signal);
    }
    return drafts.map((draft) => draft.ids);
  } finally {
    for (const { cache } of drafts) cache.dispose();
  }
}

/** One forward pass, then a new token for each draft at its position of this round. */
async function resample(
  model: Model,
  drafts: readonly Draft[],
  round: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sequences = drafts.map(({ ids, positions, cache, fed }) => ({ ids: ids.slice(fed, positions[round]), cache }));
  const logits = await interruptibleForward(model, sequences, { positions: "last" }, signal); // [B, V]
  if (!logits) return signal?.throwIfAborted();
  for (const [i, draft] of drafts.entries()) {
    const position = draft.positions[round] as number;
    draft.ids[position] = draw(candidatesOf(logits.row(i).data), draft.generator);
    draft.fed = position;
  }
}

/**
 * The positions to resample, ascending: random spans at least GAP tokens apart, never the first token.
 */
function positionsOf(length: number, generator: Generator): number[] {
  const spans = length < SHORTEST_REWRITE ? 0 : Math.ceil((SHARE * length) / (SPAN + 2 * GAP));
  const taken = new Set<number>();
  const isFree = (start: number) => {
    for (let i = start - GAP; i < start + SPAN + GAP; i++) if (taken.has(i)) return false;
    return true;
  };
  for (let tries = 0; taken.size < SPAN * spans && tries < 100 * spans; tries++) {
    const start = 1 + Math.floor(nextUniform(generator) * (length - SPAN));
    if (isFree(start)) for (let i = start; i < start + SPAN; i++) taken.add(i);
  }
  return [...taken].sort((a, b) => a - b);
}
