/** Distributions as the strategies take them. */
import { expect, test } from "vitest";
import { draw, excess, probabilityOf, softmaxDistribution } from "../src/decode/distribution.ts";

const context = { history: [1, 2], promptLength: 1 };

test("softmax of ln [1, 2, 5] is [1/8, 2/8, 5/8], of every id", () => {
  const { ids, probabilities } = softmaxDistribution(Float32Array.from([1, 2, 5], Math.log), context);
  expect(Array.from(ids)).toEqual([0, 1, 2]);
  for (const [i, p] of [1 / 8, 2 / 8, 5 / 8].entries()) expect(probabilities[i]).toBeCloseTo(p, 7);
});

test("softmax of logits that are not finite is an error that names the position", () => {
  const softmax = () => softmaxDistribution(Float32Array.of(0, Number.NaN), context);
  expect(softmax).toThrow("softmaxDistribution: the logits at position 2 are NaN");
});

test("more than 256 ids keep their numbers", () => {
  const { ids } = softmaxDistribution(new Float32Array(60_000), context);
  expect([ids[0], ids[257], ids[59_999]]).toEqual([0, 257, 59_999]);
});

test("the probability of a token that is no candidate is 0", () => {
  const p = { ids: Int32Array.of(2, 5), probabilities: [0.25, 0.75] };
  expect([probabilityOf(p, 5), probabilityOf(p, 3)]).toEqual([0.75, 0]);
});

test("max(0, p - q) over candidates that differ: [0.5, 0.5 - 0.25, 0] of ids 1, 4, 6", () => {
  const p = { ids: [1, 4, 6], probabilities: [0.5, 0.375, 0.125] };
  const q = { ids: [0, 4, 5, 6], probabilities: [0.25, 0.125, 0.125, 0.5] };
  expect(excess(p, q)).toEqual({ ids: p.ids, probabilities: Float64Array.of(0.5, 0.25, 0) });
});

test("where nothing is left by rounding it is p", () => {
  const p = { ids: [1], probabilities: [1] };
  expect(excess(p, { ids: [1], probabilities: [1 + 1e-15] })).toBe(p);
});

test("a draw walks the ids: of weights 1, 0, 2, 1 the first quarter, the next half, the rest", () => {
  const p = { ids: [3, 5, 7, 9], probabilities: [1, 0, 2, 1] };
  expect([0, 0.24, 0.25, 0.74, 0.75, 0.999].map((u) => draw(p, u))).toEqual([3, 3, 7, 7, 9, 9]);
});
