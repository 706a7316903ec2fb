import { expect, test } from "vitest";
import { upperTail } from "../src/detect/upper-tail.ts";

/** 0.5 * math.erfc(z / math.sqrt(2)) of Python 3.11, whose erfc is the C library's. */
const PYTHON: [number, number][] = [
  [-9, 1],
  [-3, 0.9986501019683699],
  [-0.5, 0.6914624612740131],
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.15865525393145707],
  [1.999999, 0.022750185939199714],
  [2, 0.02275013194817922],
  [3, 0.0013498980316300957],
  [4, 3.1671241833119965e-5],
  [6, 9.865876450377012e-10],
  [10, 7.619853024160593e-24],
  [20, 2.7536241186063314e-89],
  [37, 5.725571222525139e-300],
];

test.each(PYTHON)("P(N(0, 1) > %d) is %d, to 12 digits", (z, expected) => {
  expect(Math.abs(upperTail(z) / expected - 1)).toBeLessThan(1e-12);
});

test("the two forms meet at 2 without a step: over 2e-9 the tail falls by 2e-9 times the density, 0.05399", () => {
  expect((upperTail(2 - 1e-9) - upperTail(2 + 1e-9)) / 2e-9).toBeCloseTo(0.05399, 5);
});

test("beyond what float64 holds it is 0", () => {
  expect(upperTail(40)).toBe(0);
});
