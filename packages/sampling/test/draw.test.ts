import { createGenerator } from "@tsgpt/numeric";
import { draw, pick, probabilities, topP } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { row } from "./rows.ts";

test("u is compared with the cumulative probabilities in the order of ids: [1/4, 1/2, 1/4]", () => {
  const quarters = { ids: Int32Array.of(3, 5, 8), logits: Float64Array.of(0, Math.log(2), 0) };
  expect([0, 0.249, 0.251, 0.749, 0.751, 1 - 2 ** -53].map((u) => pick(quarters, u))).toEqual([3, 3, 5, 5, 8, 8]);
});

test("a token whose weight underflows to 0 is never picked", () => {
  expect([0, 1 - 2 ** -53].map((u) => pick(row(-2000, 0, -2000), u))).toEqual([1, 1]);
});

test("100,000 draws have the distribution's frequencies", () => {
  const candidates = topP(row(2, 1.5, 1, 0.5, 0, -9), { p: 0.99 });
  const expected = probabilities(candidates);
  const generator = createGenerator(11);
  const counts = new Array<number>(candidates.ids.length).fill(0);
  for (let i = 0; i < 100_000; i++) counts[candidates.ids.indexOf(draw(candidates, generator))]++;
  const chiSquare = counts.reduce((sum, n, i) => sum + (n - 1e5 * expected[i]) ** 2 / (1e5 * expected[i]), 0);
  expect(counts).toHaveLength(5);
  expect(chiSquare).toBeLessThan(18.47); // 4 degrees of freedom, 0.1%
});

test.each([-0.1, 1, Number.NaN])("pick refuses a uniform number of %s", (uniform) => {
  expect(() => pick(row(0), uniform)).toThrow(`pick: need 0 <= uniform < 1, got ${uniform}`);
});

test("a cumulative probability equal to the uniform number does not exceed it: the next is taken", () => {
  expect([0, 0.25, 0.5, 0.75].map((u) => pick(row(0, 0, 0, 0), u))).toEqual([0, 1, 2, 3]);
});
