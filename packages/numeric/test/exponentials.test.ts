import fc from "fast-check";
import { expect, test } from "vitest";
import { exponentials } from "../src/exponentials.ts";

const exp = (x: number) => {
  const out = new Float64Array(1);
  exponentials(Float64Array.of(x), 0, out);
  return out[0];
};

const LEAST_NORMAL = -708; // exp of less is subnormal, its bits are few

test("exp(0) is 1 and exp(-Infinity) 0, exactly", () => {
  expect(exp(0)).toBe(1);
  expect(exp(-0)).toBe(1);
  expect(exp(-Infinity)).toBe(0);
  expect(exp(-745.2)).toBe(0);
  expect(exp(-1e308)).toBe(0);
});

test("within 1e-15 of Math.exp down to -708, over 200,000 points and at every boundary of the tables", () => {
  const points = Float64Array.from({ length: 200_000 }, (_, i) => (i * LEAST_NORMAL) / 200_000);
  const edges = Array.from({ length: 32 * 1021 }, (_, k) => -((k + 0.5) * Math.LN2) / 32);
  let worst = 0;
  for (const x of [...points, ...edges, ...edges.map((x) => x * (1 + 2 ** -52))]) {
    worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
  }
  expect(worst).toBeLessThan(1e-15);
});

test("below, where numbers are subnormal, within twice the smallest number", () => {
  for (let x = LEAST_NORMAL; x >= -745; x -= 0.01) {
    expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(2 * Number.MIN_VALUE + 1e-15 * Math.exp(x));
  }
});

test("the largest value is subtracted, and the sum is that of the results", () => {
  const out = new Float64Array(3);
  const sum = exponentials(Float64Array.of(1000, 1001, -1e300), 1001, out);
  expect(out[0]).toBeCloseTo(Math.exp(-1), 15);
  expect(Array.from(out.subarray(1))).toEqual([1, 0]);
  expect(sum).toBe(out[0] + 1);
});

test("the larger of two float32 logits never has the smaller exponential", () => {
  const logit = fc.float({ min: -700, max: 0, noNaN: true });
  fc.assert(
    fc.property(logit, fc.integer({ min: 1, max: 3 }), (z, steps) => {
      const word = new Float32Array([z]);
      new Int32Array(word.buffer)[0] += steps; // steps down, as the number is negative
      fc.pre(z < 0 && Number.isFinite(word[0]));
      expect(exp(z)).toBeGreaterThanOrEqual(exp(word[0]));
    }),
    { numRuns: 5000 },
  );
});
