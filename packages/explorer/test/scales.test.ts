/** A chart's scales: where numbers and ticks are. */
import { expect, test } from "vitest";
import { type Axis, scaleOf } from "../src/components/chart/scales.ts";
import { formatTick } from "../src/format.ts";

const axis = (scale: Axis["scale"], domain?: readonly [number, number]): Axis => {
  return { title: "", scale, format: String, domain };
};

test("a linear scale has 0 in it, unless its domain is given", () => {
  const { at, ticks } = scaleOf(axis("linear"), [2, 10], 100, 300);
  expect([0, 5, 10].map(at)).toEqual([100, 200, 300]);
  expect(ticks).toEqual([0, 5, 10]);
  expect(scaleOf(axis("linear", [5, 10]), [], 0, 100).at(5)).toBe(0);
});

test("a logarithmic scale has equal steps for powers of ten, and 0 at its start", () => {
  const { at, ticks } = scaleOf(axis("log"), [0, 0.01, 1], 0, 200);
  expect([0, 0.001, 0.01, 0.1, 1].map((value) => Math.round(at(value)))).toEqual([0, 0, 0, 100, 200]);
  expect(ticks.map(formatTick)).toEqual(["0.01", "0.1", "1"]);
});

test("a logarithmic scale of many powers has ticks at some of them", () => {
  const { ticks } = scaleOf(axis("log", [1e-12, 1]), [], 160, 0);
  expect(ticks.map(formatTick)).toEqual(["10⁻¹²", "10⁻⁹", "10⁻⁶", "0.001", "1"]);
});

test("numbers that are all the same, or none at all, have a scale", () => {
  for (const scale of ["linear", "log"] as const) {
    for (const values of [[], [0], [3, 3]]) {
      const { at } = scaleOf(axis(scale), values, 0, 100);
      expect(values.map(at).every(Number.isFinite)).toBe(true);
    }
  }
});

test("ticks that are no small powers of ten are written as they are", () => {
  expect([0, 0.2, 1e-4, 2e-5, 1e-7].map(formatTick)).toEqual(["0", "0.2", "10⁻⁴", "0.00002", "10⁻⁷"]);
});
