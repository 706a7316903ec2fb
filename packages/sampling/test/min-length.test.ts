import { expect, test } from "vitest";
import { minLength } from "../src/steps/min-length.ts";
import { row, said } from "./rows.ts";

const left = (length: number, generated: number, of?: "generated" | "all") => {
  const context = said([0, 0, ...new Array<number>(generated).fill(1)], { promptLength: 2, vocabularySize: 3 });
  return Array.from(minLength(row(0, 0, 5), { length, eos: 2, ...(of && { of }) }, context).ids);
};

test("no end-of-text token before the minimum length", () => {
  expect(left(2, 0)).toEqual([0, 1]);
  expect(left(2, 1)).toEqual([0, 1]);
  expect(left(2, 2)).toEqual([0, 1, 2]);
});

test("or before the text, including the prompt, is so long", () => {
  expect(left(3, 0, "all")).toEqual([0, 1]);
  expect(left(3, 1, "all")).toEqual([0, 1, 2]);
});

test("of several end-of-text tokens none may come", () => {
  const context = said([0], { promptLength: 1, vocabularySize: 4 });
  expect(Array.from(minLength(row(0, 0, 5, 1), { length: 1, eos: [2, 0] }, context).ids)).toEqual([1, 3]);
});

test("0 is off", () => {
  expect(left(0, 0)).toEqual([0, 1, 2]);
});

test("if the end-of-text token is the only candidate the error names the step", () => {
  const context = said([], { vocabularySize: 1 });
  expect(() => minLength(row(0), { length: 1, eos: 0 }, context)).toThrow(
    "min-length: no token is left, the one candidate would be banned",
  );
});

test.each([
  [{ length: -1, eos: 0 }, "min-length: length must be a whole number, 0 or more (0 is off), got -1"],
  [{ length: 1, eos: -1 }, "min-length: eos must be a token id, or a list of at least one, got -1"],
  [{ length: 1, eos: 7 }, "min-length: token id 7 is out of range; ids go from 0 to 0"],
  [{ length: 1, eos: 0, of: "prompt" }, 'min-length: of must be generated or all, got "prompt"'],
])("%j is refused", (step, message) => {
  expect(() => minLength(row(0), step as never, said([], { vocabularySize: 1 }))).toThrow(message);
});
