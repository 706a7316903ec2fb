import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { normalTable } from "../src/normal.ts";

const table = normalTable();

// Quantiles as in any table of the normal distribution.
test.each([
  [0.75, 0.67449],
  [0.9, 1.28155],
  [0.975, 1.95996],
  [0.999, 3.09023],
])("the quantile at %d is %d", (p, expected) => {
  const at = p * 65_536 - 0.5;
  const below = table[Math.floor(at)]!;
  const above = table[Math.ceil(at)]!;
  expect(below + (at - Math.floor(at)) * (above - below)).toBeCloseTo(expected, 5);
});

test("it ascends, and is symmetric about 0", () => {
  expect(table).toHaveLength(65_536);
  expect([...table].filter((value, i) => i > 0 && value <= table[i - 1]!)).toEqual([]);
  expect([...table].filter((value, i) => value !== -table[65_535 - i]!)).toEqual([]);
});

test("its mean is 0, its variance 1 and its fourth moment 3, but for the tails that 65,536 points lack", () => {
  const moment = (k: number) => table.reduce((sum, x) => sum + x ** k, 0) / table.length;
  expect(moment(1)).toBeCloseTo(0, 9);
  expect(moment(2)).toBeCloseTo(1, 3);
  expect(moment(4)).toBeCloseTo(3, 2);
});

test("its bits are the same on every machine", () => {
  const hash = createHash("sha256").update(new Uint8Array(table.buffer)).digest("hex");
  expect(hash).toBe("4ca97fd76d7e1ae738e176fcab854ddd503bb3ce94788b5ee60f70bc2ef5e85c");
});
