import { expect, test } from "vitest";
import { allowedTokens } from "../src/steps/allowed-tokens.ts";
import { row, said } from "./rows.ts";

const left = (ids: number[], candidates = row(0, 5, 0, -Infinity)) =>
  Array.from(allowedTokens(candidates, { ids }, said([], { vocabularySize: 4 })).ids);

test("only the listed tokens are kept, in whatever order they are listed", () => {
  expect(left([2, 0, 0])).toEqual([0, 2]);
});

test("a masked token stays masked", () => {
  expect(left([1, 3])).toEqual([1]);
});

test("if none of them is left the error names the step", () => {
  expect(() => left([3])).toThrow(
    "allowed-tokens: no token is left, none of the 1 allowed ones is among the 3 candidates",
  );
});

test.each([
  [[4], "allowed-tokens: token id 4 is out of range; ids go from 0 to 3"],
  [[], "allowed-tokens: ids must be a list of at least one token id, got []"],
  [[0.5], "allowed-tokens: ids must be a list of at least one token id, got [0.5]"],
])("the ids %j are refused", (ids, message) => {
  expect(() => left(ids)).toThrow(message);
});
