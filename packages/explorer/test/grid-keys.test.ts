/** The keys of a grid, as in the ARIA pattern. */
import { expect, test } from "vitest";
import { inside, moved } from "../src/components/heat-map/grid-keys.ts";

const size = { rows: 8, columns: 10, page: 3 };

test.each([
  ["ArrowLeft", { row: 4, column: 4 }],
  ["ArrowRight", { row: 4, column: 6 }],
  ["ArrowUp", { row: 3, column: 5 }],
  ["ArrowDown", { row: 5, column: 5 }],
  ["PageUp", { row: 1, column: 5 }],
  ["PageDown", { row: 7, column: 5 }],
  ["Home", { row: 4, column: 0 }],
  ["End", { row: 4, column: 9 }],
  ["Ctrl+Home", { row: 0, column: 0 }],
  ["Ctrl+End", { row: 7, column: 9 }],
])("%s", (key, expected) => {
  expect(moved(key, { row: 4, column: 5 }, size)).toEqual(expected);
});

test("a move ends at the edge", () => {
  expect(moved("PageDown", { row: 6, column: 0 }, size)).toEqual({ row: 7, column: 0 });
  expect(moved("ArrowLeft", { row: 6, column: 0 }, size)).toEqual({ row: 6, column: 0 });
  expect(inside({ row: 20, column: -1 }, size)).toEqual({ row: 7, column: 0 });
});

test("other keys do not move", () => {
  for (const key of ["Enter", "t", "Ctrl+ArrowLeft", "Tab"])
    expect(moved(key, { row: 0, column: 0 }, size)).toBeUndefined();
});
