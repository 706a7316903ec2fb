import { candidatesOf } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { temperature } from "../src/steps/temperature.ts";
import { topNSigma } from "../src/steps/top-n-sigma.ts";
import { normalRow, row } from "./rows.ts";

test("removes tokens more than n deviations below the largest: [4, 3, 1, 0], mean 2, variance 10 / 4", () => {
  const left = (n: number) => Array.from(topNSigma(row(4, 3, 1, 0), { n }).ids); // sigma 1.5811
  expect(left(0.5)).toEqual([0]); // from 3.2
  expect(left(1)).toEqual([0, 1]); // from 2.42
  expect(left(2)).toEqual([0, 1, 2]); // from 0.84
  expect(left(3)).toEqual([0, 1, 2, 3]);
});

test("the deviation is the population's, and equality is kept: [2, 0] has sigma 1, not 1.41", () => {
  expect(Array.from(topNSigma(row(2, 0), { n: 1.9 }).ids)).toEqual([0]);
  expect(Array.from(topNSigma(row(2, 0), { n: 2 }).ids)).toEqual([0, 1]);
});

test("masked tokens do not count", () => {
  expect(Array.from(topNSigma(row(2, -Infinity, 0), { n: 1.9 }).ids)).toEqual([0]);
});

test("equal logits are kept, and so is a single one", () => {
  expect(topNSigma(row(1, 1, 1), { n: 0.1 }).ids).toHaveLength(3);
  expect(topNSigma(row(7), { n: 0.1 }).ids).toHaveLength(1);
});

test("a temperature before it does not change which tokens are kept", () => {
  const candidates = candidatesOf(normalRow(500, 2, 3));
  const hot = topNSigma(temperature(candidates, { temperature: 2.5 }), { n: 1 });
  expect(hot.ids).toEqual(topNSigma(candidates, { n: 1 }).ids);
});

test("0 is off", () => {
  const candidates = row(1, 2);
  expect(topNSigma(candidates, { n: 0 })).toBe(candidates);
});

test.each([-1, Number.NaN, Infinity])("n %s is refused", (n) => {
  expect(() => topNSigma(row(1), { n })).toThrow(
    `top-n-sigma: n must be a finite number, 0 or more (0 is off), got ${n}`,
  );
});
