import { describe, expect, test } from "vitest";
import { windowsOf } from "../src/score/windows.ts";

const sliding = (length: number, stride?: number) =>
  windowsOf(length, 8, { name: "transformers", stride }).map(({ start, from, end }) => [start, from, end]);

describe("transformers' recipe, a context of 8", () => {
  test("a text that fits is one window, whose first token has nothing before it", () => {
    expect(sliding(8)).toEqual([[0, 1, 8]]);
    expect(sliding(2, 0)).toEqual([[0, 1, 2]]);
  });

  test("the default stride is half the context: each further window scores the tokens the last one did not have", () => {
    expect(sliding(14)).toEqual([
      [0, 1, 8],
      [4, 8, 12],
      [8, 12, 14],
    ]);
  });

  test("at a stride of the whole context each window's first token has no score", () => {
    expect(sliding(14, 8)).toEqual([
      [0, 1, 8],
      [8, 9, 14],
    ]);
  });

  test("a last window of one token, which would have no score, is not fed", () => {
    expect(sliding(17, 8)).toEqual([
      [0, 1, 8],
      [8, 9, 16],
    ]);
  });

  test.each([1, 2, 3, 5, 7])("at stride %d every token but the first is scored once", (stride) => {
    const scored = sliding(30, stride).flatMap(([, from, end]) =>
      Array.from({ length: end - from }, (_, i) => from + i),
    );
    expect(scored).toEqual(Array.from({ length: 29 }, (_, i) => i + 1));
  });

  test("at stride 0 a longer text is refused", () => {
    expect(() => sliding(9, 0)).toThrow(
      "score: 9 tokens are more than the context's 8; give a stride above 0 to read them in windows",
    );
  });

  test.each([-1, 9, 2.5])("a stride of %d", (stride) => {
    expect(() => sliding(20, stride)).toThrow(
      `stride must be a whole number from 0 to the context's 8 tokens, got ${stride}`,
    );
  });
});

describe("llama.cpp's recipe, a context of 8", () => {
  const chunks = (length: number) => windowsOf(length, 8, { name: "llama.cpp" });

  test("of 20 tokens two chunks are whole; of each the second half is scored but for its first token: 8 - 4 - 1", () => {
    expect(chunks(20)).toEqual([
      { start: 0, from: 5, end: 8 },
      { start: 8, from: 13, end: 16 },
    ]);
  });

  test("less than two chunks are refused", () => {
    expect(() => chunks(15)).toThrow(
      "needs two chunks of 8 tokens, 16 or more, got 15; leave the recipe out for a shorter text",
    );
  });
});

test.each([0, 1])("%d tokens have no score", (length) => {
  expect(() => sliding(length)).toThrow(`score: needs 2 tokens or more, got ${length}`);
});
