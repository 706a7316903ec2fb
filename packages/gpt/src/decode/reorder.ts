/**
 * Assigns caches to beams. A search has one cache per beam; after a step, a beam may have one child, several or none.
 * If each has one, caches are only permuted. An additional child reuses the cache of a beam without children, and
 * copies from its parent only the rows after their common beginning, which is at least the prompt.
 */
import type { KVCache } from "../kv-cache.ts";

/** A cache, and the ids whose keys and values it holds. */
export interface HeldCache {
  readonly cache: KVCache;
  readonly ids: readonly number[];
}

/**
 * The caches after a step: the i-th then holds the text of beam parents[i]. All caches are returned, those without a
 * child last, for later steps. `copiedBytes` is 0 for a permutation.
 * @throws RangeError for more children than caches, or an invalid parent
 */
export function reorder(
  held: readonly HeldCache[],
  parents: readonly number[],
): { held: HeldCache[]; copiedBytes: number } {
  checkParents(held.length, parents);
  const free = held.filter((_, beam) => !parents.includes(beam));
  let copiedBytes = 0;
  const children = parents.map((parent, child) => {
    const own = held[parent] as HeldCache;
    if (parents.indexOf(parent) === child) return own;
    const { cache, shared } = takeClosest(free, own.ids);
    copiedBytes += cache.copyFrom(own.cache, shared);
    return { cache, ids: own.ids };
  });
  return { held: [...children, ...free], copiedBytes };
}

/** Removes from `free` the cache that shares the longest prefix with `ids`. */
function takeClosest(free: HeldCache[], ids: readonly number[]): { cache: KVCache; shared: number } {
  const shared = free.map((other) => sharedLength(other.ids, ids));
  const longest = Math.max(...shared);
  const [taken] = free.splice(shared.indexOf(longest), 1) as [HeldCache];
  return { cache: taken.cache, shared: longest };
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const parting = a.findIndex((id, i) => id !== b[i]);
  return parting < 0 ? a.length : parting;
}

function checkParents(beams: number, parents: readonly number[]): void {
  if (parents.length > beams) throw new RangeError(`reorder: ${parents.length} children for ${beams} caches`);
  const unknown = parents.find((parent) => !Number.isInteger(parent) || parent < 0 || parent >= beams);
  if (unknown === undefined) return;
  throw new RangeError(`reorder: parent ${unknown} is not a beam; beams go from 0 to ${beams - 1}`);
}
