import { expect, test } from "vitest";
import { logitBias } from "../src/steps/logit-bias.ts";
import { row, said } from "./rows.ts";

const context = said([], { vocabularySize: 3 });

test("a bias is added to its token's logit", () => {
  expect(Array.from(logitBias(row(1, 2, 3), { bias: { 0: -100, 2: 0.5 } }, context).logits)).toEqual([-99, 2, 3.5]);
});

test("a masked token stays masked", () => {
  expect(Array.from(logitBias(row(1, -Infinity, 3), { bias: { 1: 100 } }, context).ids)).toEqual([0, 2]);
});

test("no bias at all changes nothing", () => {
  const candidates = row(1, 2, 3);
  expect(logitBias(candidates, { bias: {} }, context)).toBe(candidates);
});

const rule = "logit-bias: bias must be an object of finite numbers by token id";

test.each([
  [{ 3: 1 }, "logit-bias: token id 3 is out of range; ids go from 0 to 2"],
  [{ "-1": 1 }, `${rule}; it has "-1": 1`],
  [{ "01": 1 }, `${rule}; it has "01": 1`],
  [{ the: 1 }, `${rule}; it has "the": 1`],
  [{ 1: Infinity }, `${rule}; it has "1": Infinity`],
  [{ 1: "2" }, `${rule}; it has "1": "2"`],
  [[1], `${rule}, got [1]`],
  [null, `${rule}, got null`],
])("the bias %j is refused", (bias, message) => {
  expect(() => logitBias(row(1, 2, 3), { bias: bias as never }, context)).toThrow(message);
});
