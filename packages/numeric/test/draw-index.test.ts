import { drawIndex } from "@tsgpt/numeric";
import { expect, test } from "vitest";

test("[1, 2, 1] of 4: from 0 the first, from 1/4 the second, from 3/4 the third", () => {
  const drawn = [0, 0.249, 0.25, 0.749, 0.75, 1 - 2 ** -53].map((uniform) => drawIndex([1, 2, 1], 4, uniform));
  expect(drawn).toEqual([0, 0, 1, 1, 2, 2]);
});

test("an index of weight 0 is never drawn, not even where rounding leaves a remainder", () => {
  expect([0, 0.5, 0.999].map((uniform) => drawIndex([0, 1, 0], 1, uniform))).toEqual([1, 1, 1]);
  expect(drawIndex([0.1, 0.2, 0], 0.5, 0.999)).toBe(1);
});

test("without a weight above 0 it is -1", () => {
  expect(drawIndex([0, 0], 0, 0.5)).toBe(-1);
  expect(drawIndex([], 0, 0)).toBe(-1);
});
