import { probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { repetitionPenalty } from "../src/steps/repetition-penalty.ts";
import { row, said } from "./rows.ts";

const logitsOf = (penalty: number, history: number[], scope?: number | "all" | "generated", promptLength = 0) => {
  const step = scope === undefined ? { penalty } : { penalty, scope };
  return Array.from(repetitionPenalty(row(3, -3, 0, 2), step, said(history, { promptLength })).logits);
};

test("a positive logit is divided, a negative one multiplied, 0 stays: transformers' and llama.cpp's rule", () => {
  expect(logitsOf(2, [0, 1, 2])).toEqual([1.5, -6, 0, 2]); // at 0 transformers divides and llama.cpp multiplies: 0 either way
});

test("it acts once, however often a token occurred", () => {
  expect(logitsOf(2, [0, 0, 0])).toEqual([1.5, -3, 0, 2]);
});

test("below 1 it favors what has occurred", () => {
  expect(logitsOf(0.5, [0, 1])).toEqual([6, -1.5, 0, 2]);
});

test("the scope is all by default, or what was generated, or the last N", () => {
  expect(logitsOf(2, [0, 3], "all", 1)).toEqual([1.5, -3, 0, 1]);
  expect(logitsOf(2, [0, 3], "generated", 1)).toEqual([3, -3, 0, 1]);
  expect(logitsOf(2, [0, 3], 1)).toEqual([3, -3, 0, 1]);
  expect(logitsOf(2, [0, 3], 0)).toEqual([3, -3, 0, 2]);
  expect(logitsOf(2, [0, 3], 3)).toEqual([1.5, -3, 0, 1]);
});

test("1 is off", () => {
  const candidates = row(1, 2);
  expect(repetitionPenalty(candidates, { penalty: 1 }, said([0]))).toBe(candidates);
});

test("a constant added to all logits, which changes no probability, changes what it does", () => {
  // [1, 1], token 0 has occurred, r 2: [0.5, 1], so 0 has 1 / (1 + exp(0.5)) = 0.3775.
  // 9 more: [10, 10] becomes [5, 10]: 1 / (1 + exp(5)) = 0.0067. 3 less: [-2, -2] becomes [-4, -2]: 1 / (1 + exp(2)) = 0.1192.
  const share = (logit: number) => probabilities(repetitionPenalty(row(logit, logit), { penalty: 2 }, said([0])))[0];
  expect(share(1)).toBeCloseTo(0.3775407, 7);
  expect(share(10)).toBeCloseTo(0.0066929, 7);
  expect(share(-2)).toBeCloseTo(0.1192029, 7);
});

test.each([0, -1, Number.NaN, Infinity])("a penalty of %s is refused", (penalty) => {
  expect(() => repetitionPenalty(row(1), { penalty }, said([]))).toThrow(
    `repetition-penalty: penalty must be a finite number above 0 (1 is off), got ${penalty}`,
  );
});
