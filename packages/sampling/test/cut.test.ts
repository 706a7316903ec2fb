import fc from "fast-check";
import { expect, test } from "vitest";
import { headCut } from "../src/cut.ts";

test("the 3 largest of [5, 1, 4, 4, 4, 2] are 5 and two of the 4s", () => {
  expect(headCut(Float64Array.of(5, 1, 4, 4, 4, 2), 3)).toEqual({ threshold: 4, missing: 2 });
});

test("a target that is never reached keeps everything", () => {
  expect(headCut(Float64Array.of(2, 1, 1), 9)).toEqual({ threshold: 1, missing: 8 });
});

test("the k-th largest is the one a sort finds, with as many ties as stand before it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 200 }), fc.nat(), (values, n) => {
      const k = 1 + (n % values.length);
      const head = values.toSorted((a, b) => b - a).slice(0, k);
      const threshold = head.at(-1);
      const missing = head.filter((value) => value === threshold).length;
      expect(headCut(Float64Array.from(values), k)).toEqual({ threshold, missing });
    }),
  );
});
