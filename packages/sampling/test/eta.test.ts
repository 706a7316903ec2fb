import { expect, test } from "vitest";
import { eta } from "../src/steps/eta.ts";
import { row } from "./rows.ts";

const shares = row(...[0.6, 0.3, 0.1].map(Math.log)); // H = 0.8979 nats, exp(-H) = 0.4074
const left = (epsilon: number, minKeep = 1) => Array.from(eta(shares, { epsilon, minKeep }).ids);

test("the limit is epsilon where that is less: min(0.16, 0.4 * 0.4074 = 0.1630)", () => {
  expect(left(0.16)).toEqual([0, 1]);
  expect(left(0.09)).toEqual([0, 1, 2]); // min(0.09, 0.1222)
});

test("and sqrt(epsilon) exp(-H) where that is: min(0.5, 0.7071 * 0.4074 = 0.2881) keeps 0.3", () => {
  expect(left(0.5)).toEqual([0, 1]);
  expect(left(0.6)).toEqual([0]); // 0.7746 * 0.4074 = 0.3156
});

test("minKeep adds the next most probable", () => {
  expect(left(0.6, 2)).toEqual([0, 1]);
});

test("0 is off", () => {
  expect(eta(shares, { epsilon: 0 })).toBe(shares);
});

test.each([-0.1, 1, Number.NaN])("epsilon %s is refused", (value) => {
  expect(() => left(value)).toThrow(`eta: epsilon must be 0 or more and below 1 (0 is off), got ${value}`);
});
