/** The largest few, against a full sort. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { largest } from "../src/decode/largest.ts";

test("the largest of 0.5 + [1, 3] and 0 + [2, 4] are 4, 3.5, 2, each with its place", () => {
  expect(
    largest(
      3,
      [
        [1, 3],
        [2, 4],
      ],
      [0.5, 0],
    ),
  ).toEqual([
    { row: 1, index: 1, score: 4 },
    { row: 0, index: 1, score: 3.5 },
    { row: 1, index: 0, score: 2 },
  ]);
});

test("-Infinity and NaN are never among them", () => {
  expect(largest(3, [[Number.NEGATIVE_INFINITY, Number.NaN, 1]], [0])).toEqual([{ row: 0, index: 2, score: 1 }]);
});

test("they are those of a stable sort, ties included", () => {
  const row = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 12 });
  const table = fc.array(fc.record({ row, offset: fc.integer({ min: -2, max: 2 }) }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, count) => {
      const all = rows.flatMap(({ row, offset }, r) => row.map((x, index) => ({ row: r, index, score: x + offset })));
      const sorted = all.toSorted((a, b) => b.score - a.score).slice(0, count);
      expect(
        largest(
          count,
          rows.map(({ row }) => row),
          rows.map(({ offset }) => offset),
        ),
      ).toEqual(sorted);
    }),
  );
});
