import { argmax } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { greedy } from "../src/steps/greedy.ts";
import { row } from "./rows.ts";

test("greedy keeps the most probable, the first of several", () => {
  expect(Array.from(greedy(row(1, 3, 3)).ids)).toEqual([1]);
});

test("argmax is the first index of the largest, ignoring masked tokens", () => {
  expect(argmax(Float32Array.of(-Infinity, -5, -2, -2))).toBe(2);
});

test.each([
  [[1, Number.NaN], "the logit of token 1 is NaN"],
  [[1, Infinity], "the logit of token 1 is Infinity"],
  [[-Infinity], "all 1 are -Infinity"],
  [[], "got an empty row"],
])("argmax of %s is refused", (logits, message) => {
  expect(() => argmax(Float32Array.from(logits))).toThrow(message);
});
