import { erf } from "@tsgpt/numeric";
import { expect, test } from "vitest";

// Python's math.erf
test.each([
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
  [5.9, 0.9999999999999999],
])("erf(%d) is %d to float64 accuracy, and erf is odd", (x, expected) => {
  expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(1e-15 * 4);
  expect(erf(-x)).toBe(-erf(x));
});

test("erf of 0, of a NaN and far from 0", () => {
  expect([erf(0), erf(Number.NaN), erf(7), erf(-Infinity)]).toEqual([0, Number.NaN, 1, -1]);
});
