/** The caches of a scheduler, running and kept, within a limit of bytes; kept ones make room for running ones. */
import { availableCacheBytes, cacheBytes, KVCache, type Model } from "@tsgpt/gpt";
import { keptPrefixes, longestOf, type Prefix, sharedLength } from "./kept-prefixes.ts";
import type { Limits } from "./options.ts";

const LARGEST_DEFAULT = 2 ** 30;

export interface CachePool {
  readonly limit: number;
  readonly runningBytes: number;
  readonly keptBytes: number;
  /**
   * An empty cache for `tokens` tokens, of a sequence with this prompt; undefined if the running ones leave too little.
   * @throws EngineError if the engine has no memory for it, although nothing is kept
   */
  take(tokens: number, prompt: readonly number[]): KVCache | undefined;
  /** Copies what `ids` shares with another cache, if it is more than `into` has. Returns the tokens it gained. */
  reuse(ids: readonly number[], into: KVCache, running: readonly Prefix[]): number;
  /** Takes a cache back, with the ids in it, and keeps it. */
  giveBack(prefix: Prefix): void;
  /** Frees all kept caches. */
  clear(): void;
}

export function cachePool(model: Model, limit: number, reusePrefixes: boolean): CachePool {
  const kept = keptPrefixes();
  let runningBytes = 0;
  const makeRoom = (bytes: number): boolean => {
    while (runningBytes + kept.bytes + bytes > limit) if (!kept.evict()) return false;
    return true;
  };
  return {
    limit,
    get runningBytes() {
      return runningBytes;
    },
    get keptBytes() {
      return kept.bytes;
    },
    take: (tokens, prompt) => {
      kept.longest(prompt); // is evicted last
      if (!makeRoom(cacheBytes(model.config, tokens))) return undefined;
      const cache = allocate(model, tokens, kept.evict);
      runningBytes += cache.bytes;
      return cache;
    },
    reuse: (ids, into, running) => {
      const found = reusePrefixes ? longestOf([kept.longest(ids), ...running].filter(isPrefix), ids) : undefined;
      const [shared, before] = [found ? sharedLength(found.ids, ids) : 0, into.length];
      if (!found || shared <= before) return 0;
      into.copyFrom(found.cache, before, shared);
      return shared - before;
    },
    giveBack: (prefix) => {
      runningBytes -= prefix.cache.bytes;
      if (reusePrefixes && prefix.ids.length > 0) kept.keep(prefix);
      else prefix.cache.dispose();
    },
    clear: () => {
      while (kept.evict());
    },
  };
}

const isPrefix = (prefix: Prefix | undefined): prefix is Prefix => prefix !== undefined;

/** Evicts kept caches as long as the engine's memory is too small, or in too small pieces. @throws EngineError */
function allocate({ config, engine }: Model, tokens: number, evict: () => boolean): KVCache {
  for (;;) {
    try {
      return new KVCache(config, engine, tokens);
    } catch (error) {
      if (!evict()) throw error;
    }
  }
}

/**
 * The limit of the caches: what is asked for, by default 1 GiB or one full context if that is more; or what the engine
 * has left next to a step's pass, if that is less.
 */
export function cacheLimitOf(model: Model, { maxRunning, chunk }: Limits, asked?: number): number {
  const { nPositions } = model.config;
  const wanted = asked ?? Math.max(LARGEST_DEFAULT, cacheBytes(model.config, nPositions));
  const rows = maxRunning + Math.max(0, chunk - nPositions); // next to nPositions
  return Math.max(1, Math.floor(Math.min(wanted, availableCacheBytes(model, rows))));
}
