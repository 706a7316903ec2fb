/** The normalizer of a row of logits, against Math.exp and by hand. */
import { expect, test } from "vitest";
import { logProbabilities, logSumOfExp } from "../src/decode/log-sum-exp.ts";

const noise = (count: number, spread: number) =>
  Float32Array.from({ length: count }, (_, i) => spread * Math.sin(12.9898 * (i + 1)));

test("ln (e^0 + e^ln 3) = ln 4, and of 1,000 times as much no overflow", () => {
  expect(logSumOfExp(Float32Array.from([0, Math.log(3)]), 0, "test")).toBeCloseTo(Math.log(4), 6);
  expect(logSumOfExp(Float32Array.from([1000, 1000]), 0, "test")).toBeCloseTo(1000 + Math.log(2), 10);
});

test.each([
  ["alike", new Float32Array(50_257)],
  ["flat", noise(50_257, 1)],
  ["as a model's", noise(50_257, 15)],
  ["far apart", noise(1001, 2000)],
  ["at every distance", Float32Array.from({ length: 8001 }, (_, i) => -i / 10)],
  ["impossible but for the last", Float32Array.of(-Infinity, -1e30, -200, 7)],
  ["one", Float32Array.of(3)],
])("of logits that are %s it is that of Math.exp to 1e-13", (_, logits) => {
  const max = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const exact = max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
  expect(Math.abs(logSumOfExp(logits, 0, "test") - exact)).toBeLessThan(1e-13 * Math.max(1, Math.abs(exact)));
});

test("the probabilities of all tokens sum to 1, in the order of the logits", () => {
  const logits = noise(50_257, 15);
  const row = logProbabilities(logits, 0, "test");
  expect(row.reduce((sum, logProbability) => sum + Math.exp(logProbability), 0)).toBeCloseTo(1, 12);
  expect((row[7] as number) - (row[3] as number)).toBeCloseTo((logits[7] as number) - (logits[3] as number), 12);
});

test.each([
  ["NaN", [0, Number.NaN, 1]],
  ["infinite", [0, Number.POSITIVE_INFINITY]],
  ["infinite", [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
])("%s logits are an error with the position", (what, logits) => {
  const ask = () => logSumOfExp(Float32Array.from(logits), 3, "test");
  expect(ask).toThrow(`test: the logits at position 3 are ${what}; check the weights`);
});
