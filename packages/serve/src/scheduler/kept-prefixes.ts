/**
 * Caches of ended sequences, kept because the next prompt may begin as they do: the least recently used goes first. One
 * that another one begins with is not kept.
 */
import type { KVCache } from "@tsgpt/gpt";

/** A cache, and the ids in it. */
export interface Prefix {
  readonly ids: readonly number[];
  readonly cache: KVCache;
}

export interface KeptPrefixes {
  /** The one that shares most with `ids`, as the most recently used from now on; undefined if none shares anything. */
  longest(ids: readonly number[]): Prefix | undefined;
  /** Takes over the cache. */
  keep(prefix: Prefix): void;
  /** Disposes of the least recently used one; false if there is none. */
  evict(): boolean;
  readonly bytes: number;
}

export function keptPrefixes(): KeptPrefixes {
  let kept: readonly Prefix[] = []; // the least recently used first
  const use = (prefix: Prefix) => {
    kept = [...kept.filter((other) => other !== prefix), prefix];
  };
  const drop = (prefix: Prefix) => {
    kept = kept.filter((other) => other !== prefix);
    prefix.cache.dispose();
  };
  return {
    longest: (ids) => {
      const found = longestOf(kept, ids);
      if (found) use(found);
      return found;
    },
    keep: (prefix) => {
      const longer = kept.find(({ ids }) => sharedLength(ids, prefix.ids) === prefix.ids.length);
      if (longer) {
        use(longer);
        prefix.cache.dispose();
        return;
      }
      for (const other of kept.filter(({ ids }) => sharedLength(ids, prefix.ids) === ids.length)) drop(other);
      kept = [...kept, prefix];
    },
    evict: () => {
      const [first] = kept;
      if (first) drop(first);
      return first !== undefined;
    },
    get bytes() {
      return kept.reduce((sum, { cache }) => sum + cache.bytes, 0);
    },
  };
}

/** The prefix that shares most with `ids`, the later one of several; undefined if none shares anything. */
export function longestOf(prefixes: readonly Prefix[], ids: readonly number[]): Prefix | undefined {
  let found: Prefix | undefined;
  let most = 1;
  for (const prefix of prefixes) {
    const shared = sharedLength(prefix.ids, ids);
    if (shared < most) continue;
    found = prefix;
    most = shared;
  }
  return found;
}

/** How many ids both lists begin with. */
export function sharedLength(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  for (let i = 0; i < most; i++) if (one[i] !== other[i]) return i;
  return most;
}
