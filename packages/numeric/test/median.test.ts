import { median } from "@tsgpt/numeric";
import { expect, test } from "vitest";

test("the middle of three, and the mean of the two middle ones of four", () => {
  expect(median([10, 9, 1])).toBe(9);
  expect(median([10, 1, 100, 2])).toBe(6);
  expect(median([])).toBeNaN();
});
