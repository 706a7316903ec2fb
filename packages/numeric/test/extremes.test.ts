import { argmax, largest, smallest } from "@tsgpt/numeric";
import fc from "fast-check";
import { expect, test } from "vitest";

test("argmax is the index of the largest value, the first of equals", () => {
  expect(argmax(Float32Array.of(-3, 7, 2, 7))).toBe(1);
  expect(argmax(Float64Array.of(-Infinity, -Infinity))).toBe(0);
  expect(argmax(Float64Array.of(3e38, Infinity))).toBe(1);
});

test("argmax is the index of the first NaN if there is one, as in NumPy, and -1 without values", () => {
  expect(argmax(Float32Array.of(1, Number.NaN, Infinity, Number.NaN))).toBe(1);
  expect(argmax(new Float32Array(0))).toBe(-1);
});

test("largest and smallest are those of a sort, for every remainder of four", () => {
  const values = fc.float64Array({ minLength: 1, maxLength: 13, noNaN: true });
  fc.assert(
    fc.property(values, (values) => {
      const ascending = values.toSorted();
      expect(largest(values)).toBe(ascending.at(-1));
      expect(smallest(values)).toBe(ascending[0]);
      expect(values[argmax(values)]! - largest(values) || 0).toBe(0);
    }),
  );
});
