import { repeatedTokens } from "@tsgpt/analysis";
import { presetConfig } from "@tsgpt/gpt";
import { expect, test } from "vitest";

const config = { ...presetConfig("gpt2"), vocabSize: 40, nPositions: 64, bosTokenId: 7, eosTokenId: [7, 9] };

test("distinct random tokens, their repetition, and the begin token before them", () => {
  const texts = repeatedTokens({ config }, { length: 20, times: 3, count: 2, seed: 5 });
  expect(texts).toHaveLength(2);
  for (const [begin, ...ids] of texts) {
    const first = ids.slice(0, 20);
    expect(begin).toBe(7);
    expect(ids).toEqual([...first, ...first, ...first]);
    expect(new Set(first).size).toBe(20);
    expect(first.filter((id) => id === 7 || id === 9 || id < 0 || id >= 40)).toEqual([]);
  }
  expect(texts[0]).not.toEqual(texts[1]);
});

test("the same seed gives the same texts", () => {
  expect(repeatedTokens({ config }, { seed: 1 })).toEqual(repeatedTokens({ config }, { seed: 1 }));
  expect(repeatedTokens({ config }, { seed: 1 })).not.toEqual(repeatedTokens({ config }, { seed: 2 }));
});

test("by default ten texts of 50 tokens twice, or as many as context and vocabulary have", () => {
  const lengthsOf = (changes: object) =>
    repeatedTokens({ config: { ...config, ...changes } }).map(({ length }) => length);
  expect(lengthsOf({ vocabSize: 1000, nPositions: 1024 })).toEqual(new Array(10).fill(101));
  expect(lengthsOf({ vocabSize: 1000 })[0]).toBe(1 + 2 * 31); // 64 positions
  expect(lengthsOf({ nPositions: 1024 })[0]).toBe(1 + 2 * 38); // 40 tokens, of which two are begin and end
  const none = { bosTokenId: undefined, eosTokenId: undefined };
  expect(lengthsOf(none)[0]).toBe(2 * 32); // no begin token
});

test.each([
  [{ length: 32 }, "length must be a whole number from 1 to 31, got 32"],
  [{ length: 0 }, "length must be a whole number from 1 to 31, got 0"],
  [{ times: 1 }, "times must be a whole number from 2 to 9007199254740991, got 1"],
  [{ count: 0.5 }, "count must be a whole number from 1 to 9007199254740991, got 0.5"],
])("%j is refused", (options, message) => {
  expect(() => repeatedTokens({ config }, options)).toThrow(`repeatedTokens: ${message}`);
});
