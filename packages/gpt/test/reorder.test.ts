/** Caches of beams change places for nothing; a copy takes the rows that differ and no more. */
import { afterAll, describe, expect, test } from "vitest";
import { type HeldCache, reorder } from "../src/decode/reorder.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward } from "../src/model.ts";
import { engines } from "./engines.ts";
import { tinyModel } from "./tiny-model.ts";

describe.each(engines)("$engineName", ({ create }) => {
  const engine = create();
  afterAll(() => engine.dispose());
  const model = { ...tinyModel(), engine };
  const ROW = 2 * 3 * 12 * 4; // bytes a token: 2 L C float32 numbers

  const hold = (ids: number[]): HeldCache => {
    const cache = new KVCache(model.config, engine, 8);
    if (ids.length > 0) forward(model, ids, { cache });
    return { cache, ids };
  };
  const nextLogits = ({ cache }: HeldCache) => [...forward(model, [7], { cache }).data];

  test("a permutation moves the caches and copies nothing", () => {
    const beams = [hold([1, 2, 3]), hold([1, 4, 5]), hold([1, 6, 7])];
    const { held, copiedBytes } = reorder(beams, [2, 0, 1]);
    expect(copiedBytes).toBe(0);
    expect(held.map(({ cache }) => beams.findIndex((beam) => beam.cache === cache))).toEqual([2, 0, 1]);
  });

  test("a second child takes the cache of a beam that died, and its parent's rows from where the two part", () => {
    const beams = [hold([1, 2, 3, 4]), hold([1, 2, 5, 6])];
    const { held, copiedBytes } = reorder(beams, [0, 0]);
    expect(copiedBytes).toBe(2 * ROW);
    expect(held.map(({ ids }) => ids)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(held[1]?.cache).toBe(beams[1]?.cache);
    const expected = nextLogits(hold([1, 2, 3, 4]));
    for (const beam of held) expect(nextLogits(beam)).toEqual(expected);
  });

  test("of several free caches the one that shares most is taken", () => {
    const beams = [hold([9, 9, 9]), hold([1, 2, 3]), hold([1, 2, 4])];
    const { held, copiedBytes } = reorder(beams, [1, 1]);
    expect(copiedBytes).toBe(ROW);
    expect(held.map(({ ids }) => ids)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [9, 9, 9],
    ]);
  });

  test("an empty cache takes all rows: the prompt is prefilled once and handed on", () => {
    const { held, copiedBytes } = reorder([hold([1, 2, 3]), hold([]), hold([])], [0, 0, 0]);
    expect(copiedBytes).toBe(2 * 3 * ROW);
    const expected = nextLogits(hold([1, 2, 3]));
    for (const beam of held) expect(nextLogits(beam)).toEqual(expected);
  });
});

test("more children than caches, or a parent that is none, is an error", () => {
  const { config, engine } = tinyModel();
  const held = [{ cache: new KVCache(config, engine, 4), ids: [] }];
  expect(() => reorder(held, [0, 0])).toThrow("reorder: 2 children for 1 caches");
  expect(() => reorder(held, [1])).toThrow("reorder: parent 1 is not a beam; beams go from 0 to 0");
});
