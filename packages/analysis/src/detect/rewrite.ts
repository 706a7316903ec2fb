/**
 * Rewrites of a text by the model itself: spans of two tokens are drawn anew, each token from the model's distribution
 * behind the rewritten text so far. DetectGPT (Mitchell et al., arXiv 2301.11305) fills such spans with T5, which sees
 * both sides; a GPT sees the left one alone. Its share and spans are kept: 0.3 T / 4 spans of 2, one token at least
 * between two.
 */
import { interruptibleForward, KVCache, type Model } from "@tsgpt/gpt";
import { createGenerator, type Generator, nextUniform } from "@tsgpt/numeric";
import { candidatesOf, draw } from "@tsgpt/sampling";

const SPAN = 2;
const GAP = 1;
const SHARE = 0.3;
/** One token that stays, and a span. */
export const SHORTEST_REWRITE = 1 + SPAN;
/** Rewrites under way at once: each has a cache. */
const AT_ONCE = 8;

export interface RewriteOptions {
  readonly count: number;
  /** Of the first rewrite; each further one adds 1. */
  readonly seed: number;
  readonly bos?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each rewrite of each part. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A rewrite under way: the tokens before `fed` are in the cache. */
interface Draft {
  readonly ids: number[];
  readonly places: readonly number[];
  readonly generator: Generator;
  readonly cache: KVCache;
  fed: number;
}

/**
 * Rewrites of a text, each as long as it. A text longer than the context is rewritten in parts that know nothing of
 * each other; the first token of each, which has nothing before it, stays unless there is a begin token. T ids ->
 * `count` lists of T ids
 * @throws RangeError for a text too short to have a span; the signal's AbortError
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
 * The rewrites of one part, in step: each round feeds every draft what is left before its next place, and draws the
 * token there.
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
      drafts.push({ ids: [...ids], places: placesOf(ids.length, generator), generator, cache, fed: 0 });
    }
    const rounds = Math.max(...drafts.map(({ places }) => places.length));
    for (let round = 0; round < rounds; round++) {
      const going = drafts.filter(({ places }) => round < places.length);
      await drawAt(model, going, round, signal);
    }
    return drafts.map((draft) => draft.ids);
  } finally {
    for (const { cache } of drafts) cache.dispose();
  }
}

/** One pass, after which each draft has a new token at its place. */
async function drawAt(
  model: Model,
  drafts: readonly Draft[],
  round: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sequences = drafts.map(({ ids, places, cache, fed }) => ({ ids: ids.slice(fed, places[round]), cache }));
  const logits = await interruptibleForward(model, sequences, { positions: "last" }, signal); // [B, V]
  if (!logits) return signal?.throwIfAborted();
  for (const [i, draft] of drafts.entries()) {
    const place = draft.places[round] as number;
    draft.ids[place] = draw(candidatesOf(logits.row(i).data), draft.generator);
    draft.fed = place;
  }
}

/**
 * The places drawn anew, ascending: spans that keep their distance, chosen one after the other, none on the first
 * token.
 */
function placesOf(length: number, generator: Generator): number[] {
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
