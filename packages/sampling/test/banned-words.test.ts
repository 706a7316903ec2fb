import { expect, test } from "vitest";
import { bannedWords } from "../src/steps/banned-words.ts";
import { row, said } from "./rows.ts";

const left = (sequences: number[][], history: number[] = []) =>
  Array.from(bannedWords(row(0, 0, 0, 0), { sequences }, said(history, { vocabularySize: 4 })).ids);

test("a sequence of one token is banned everywhere", () => {
  expect(left([[2]])).toEqual([0, 1, 3]);
});

test("the last token of a sequence is banned where the text ends in the ones before it", () => {
  expect(left([[0, 1, 2]], [3, 0, 1])).toEqual([0, 1, 3]);
  expect(left([[0, 1, 2]], [0, 1, 3])).toEqual([0, 1, 2, 3]);
});

test("a text of just the tokens before it is enough, and a shorter text bans nothing", () => {
  expect(left([[0, 1, 2]], [0, 1])).toEqual([0, 1, 3]);
  expect(left([[0, 1, 2]], [1])).toEqual([0, 1, 2, 3]);
});

test("several sequences ban together", () => {
  expect(left([[1, 2], [3], [0, 0]], [1])).toEqual([0, 1]);
});

test("an empty list bans nothing", () => {
  expect(left([])).toEqual([0, 1, 2, 3]);
});

test("if every candidate is banned the error names the step", () => {
  expect(() => left([[0], [1], [2], [3]])).toThrow("banned-words: no token is left, all 4 candidates would be banned");
});

const rule = "banned-words: sequences must be a list of sequences, each a list of at least one token id";

test.each([
  [[[1, 4]], "banned-words: token id 4 is out of range; ids go from 0 to 3"],
  [[[]], `${rule}, got [[]]`],
  [[1], `${rule}, got [1]`],
  [[[-1]], `${rule}, got [[-1]]`],
])("the sequences %j are refused", (sequences, message) => {
  expect(() => left(sequences as number[][])).toThrow(message);
});
