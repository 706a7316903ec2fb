/** Kept prefixes: the longest is found, the least recently used is evicted, and none is kept that another begins with. */
import type { KVCache } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { keptPrefixes, sharedLength } from "../src/scheduler/kept-prefixes.ts";

/** Stands for a cache: only its bytes and whether it was freed matter here. */
function prefix(ids: readonly number[], bytes = 1) {
  const freed: boolean[] = [];
  const cache = { bytes, dispose: () => void freed.push(true) } as unknown as KVCache;
  return { ids, cache, freed };
}

test("the length that two lists share", () => {
  expect(sharedLength([1, 2, 3], [1, 2, 4, 5])).toBe(2);
  expect(sharedLength([1, 2], [1, 2, 3])).toBe(2);
  expect(sharedLength([2], [1])).toBe(0);
  expect(sharedLength([], [1])).toBe(0);
});

test("the one that shares most is found; none that shares nothing", () => {
  const kept = keptPrefixes();
  const [one, two] = [prefix([1, 2, 3]), prefix([1, 2, 9, 9])];
  kept.keep(one);
  kept.keep(two);
  expect(kept.longest([1, 2, 3, 4])).toBe(one);
  expect(kept.longest([1, 2, 9])).toBe(two);
  expect(kept.longest([2, 1])).toBeUndefined();
  expect(kept.longest([])).toBeUndefined();
});

test("the least recently used is evicted, and its cache is freed", () => {
  const kept = keptPrefixes();
  const all = [prefix([1]), prefix([2], 10), prefix([3], 100)];
  for (const one of all) kept.keep(one);
  kept.longest([1, 5]);
  expect([kept.evict(), kept.bytes]).toEqual([true, 101]);
  expect(all.map(({ freed }) => freed.length)).toEqual([0, 1, 0]);
  expect([kept.evict(), kept.bytes]).toEqual([true, 1]);
  expect([kept.evict(), kept.bytes]).toEqual([true, 0]);
  expect(kept.evict()).toBe(false);
});

test("a longer one replaces what it begins with; a shorter or equal one is not kept", () => {
  const kept = keptPrefixes();
  const [short, long, equal, shorter] = [prefix([1, 2]), prefix([1, 2, 3], 10), prefix([1, 2, 3]), prefix([1])];
  for (const one of [short, long, equal, shorter]) kept.keep(one);
  expect([short, long, equal, shorter].map(({ freed }) => freed.length)).toEqual([1, 0, 1, 1]);
  expect(kept.bytes).toBe(10);
});
