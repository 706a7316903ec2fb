import { logSumExp } from "@tsgpt/numeric";
import { expect, test } from "vitest";

test("ln (e^0 + e^ln 3) = ln 4, and 1000 + ln 2 does not overflow", () => {
  expect(logSumExp(Float32Array.of(0, Math.log(3)))).toBeCloseTo(Math.log(4), 6);
  expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 12);
  expect(logSumExp(Float32Array.of(-Infinity, 7))).toBe(7);
});

test.each([[[0, Number.NaN, 1]], [[0, Infinity]], [[-Infinity, -Infinity]]])("of %j it is NaN", (values) => {
  expect(logSumExp(Float32Array.from(values))).toBeNaN();
});
