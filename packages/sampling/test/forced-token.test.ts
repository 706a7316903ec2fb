import { probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { forcedToken } from "../src/steps/forced-token.ts";
import { row, said } from "./rows.ts";

const candidates = row(9, 1, -Infinity);
const context = (length: number, promptLength: number) =>
  said(new Array<number>(length).fill(0), { promptLength, vocabularySize: 3 });

test("at its index it is the only candidate, even if it was masked", () => {
  const forced = forcedToken(candidates, { id: 2, at: 0 }, context(4, 4));
  expect(Array.from(forced.ids)).toEqual([2]);
  expect(Array.from(probabilities(forced))).toEqual([1]);
});

test("elsewhere nothing changes", () => {
  expect(forcedToken(candidates, { id: 2, at: 0 }, context(5, 4))).toBe(candidates);
});

test("the index counts the generated text, or all: transformers' forced BOS is at 1 of all", () => {
  expect(forcedToken(candidates, { id: 1, at: 2 }, context(6, 4)).ids).toHaveLength(1);
  expect(forcedToken(candidates, { id: 1, at: 1, of: "all" }, context(1, 1)).ids).toHaveLength(1);
  expect(forcedToken(candidates, { id: 1, at: 1, of: "all" }, context(5, 4))).toBe(candidates);
});

test.each([
  [{ id: 3, at: 0 }, "forced-token: token id 3 is out of range; ids go from 0 to 2"],
  [{ id: 1.5, at: 0 }, "forced-token: id must be a token id: a whole number, 0 or more, got 1.5"],
  [{ id: 1, at: -1 }, "forced-token: at must be a whole number, 0 or more, got -1"],
  [{ id: 1, at: 0, of: "prompt" }, 'forced-token: of must be generated or all, got "prompt"'],
])("%j is refused", (step, message) => {
  expect(() => forcedToken(candidates, step as never, context(0, 0))).toThrow(message);
});
