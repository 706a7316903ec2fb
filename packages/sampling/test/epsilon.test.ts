import { expect, test } from "vitest";
import { epsilon } from "../src/steps/epsilon.ts";
import { row } from "./rows.ts";

const shares = row(...[0.6, 0.3, 0.1].map(Math.log));
const left = (value: number, minKeep = 1) => Array.from(epsilon(shares, { epsilon: value, minKeep }).ids);

test("tokens less probable than epsilon are removed", () => {
  expect(left(0.2)).toEqual([0, 1]);
  expect(left(0.05)).toEqual([0, 1, 2]);
});

test("equality is kept: four equal tokens at 1/4", () => {
  expect(epsilon(row(0, 0, 0, 0), { epsilon: 0.25 }).ids).toHaveLength(4);
});

test("the most probable is kept in any case, and with minKeep the next, including ties (transformers)", () => {
  expect(left(0.9)).toEqual([0]);
  expect(left(0.9, 2)).toEqual([0, 1]);
  expect(epsilon(row(1, 0, 0), { epsilon: 0.9, minKeep: 2 }).ids).toHaveLength(3);
});

test("0 is off", () => {
  expect(epsilon(shares, { epsilon: 0 })).toBe(shares);
});

test.each([-0.1, 1, Number.NaN])("epsilon %s is refused", (value) => {
  expect(() => left(value)).toThrow(`epsilon: epsilon must be 0 or more and below 1 (0 is off), got ${value}`);
});
