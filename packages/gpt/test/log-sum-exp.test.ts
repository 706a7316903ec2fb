/** The normaliser of a row of logits, in float64 and by each engine's softmax. */
import { afterAll, describe, expect, test } from "vitest";
import { logSumBySoftmax, logSumOfExp } from "../src/log-sum-exp.ts";
import { engines } from "./engines.ts";

const noise = (count: number, spread: number) =>
  Float32Array.from({ length: count }, (_, i) => spread * Math.sin(12.9898 * (i + 1)));

describe("in float64", () => {
  test("ln (e^0 + e^ln 3) = ln 4, and of 1,000 times as much no overflow", () => {
    expect(logSumOfExp(Float32Array.from([0, Math.log(3)]), 0, "test")).toBeCloseTo(Math.log(4), 6);
    expect(logSumOfExp(Float32Array.from([1000, 1000]), 0, "test")).toBeCloseTo(1000 + Math.log(2), 10);
  });
});

describe.each(engines)("by the softmax of $engineName", ({ create }) => {
  const engine = create();
  afterAll(() => engine.dispose());

  test.each([
    ["alike", new Float32Array(50_257)],
    ["flat", noise(50_257, 1)],
    ["as a model's", noise(50_257, 15)],
    ["far apart", noise(101, 2000)],
    ["one alone is possible, and the last", Float32Array.of(-Infinity, -1e30, -200, 7)],
    ["one", Float32Array.of(3)],
  ])("logits that are %s: the sum to 1e-6", (_, logits) => {
    const exact = logSumOfExp(logits, 0, "test");
    // a probability is within 4e-7 of itself, and so is its logarithm
    expect(Math.abs(logSumBySoftmax(logits, engine, 0, "test") - exact)).toBeLessThan(1e-6);
  });

  test.each([
    ["NaN", [0, Number.NaN, 1]],
    ["infinite", [0, Number.POSITIVE_INFINITY]],
    ["infinite", [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])("%s logits are an error with the position", (what, logits) => {
    const ask = () => logSumBySoftmax(Float32Array.from(logits), engine, 3, "test");
    expect(ask).toThrow(`test: the logits at position 3 are ${what}; check the weights`);
  });
});
