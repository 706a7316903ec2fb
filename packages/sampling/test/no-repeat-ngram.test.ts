import type { Scope } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { noRepeatNgram } from "../src/steps/no-repeat-ngram.ts";
import { row, said } from "./rows.ts";

const five = row(0, 0, 0, 0, 0);
const left = (n: number, history: number[], scope: Scope = "all", promptLength = 0) =>
  Array.from(noRepeatNgram(five, { n, scope }, said(history, { promptLength })).ids);

test("after 0 1 the bigram 0 1 may not come again, so after another 0 the 1 is banned", () => {
  expect(left(2, [0, 1, 2, 0])).toEqual([0, 2, 3, 4]);
});

test("every continuation that was is banned: 0 1, 0 2", () => {
  expect(left(2, [0, 1, 0, 2, 0])).toEqual([0, 3, 4]);
});

test("n 1 bans all that has occurred", () => {
  expect(left(1, [0, 3, 3])).toEqual([1, 2, 4]);
});

test("n-grams overlap: in 0 0 the bigram 0 0 has been", () => {
  expect(left(2, [0, 0])).toEqual([1, 2, 3, 4]);
});

test("a history shorter than n bans nothing", () => {
  expect(left(3, [0, 0])).toEqual([0, 1, 2, 3, 4]);
  expect(left(3, [0, 0, 0])).toEqual([1, 2, 3, 4]);
});

test("n-grams outside the scope do not count", () => {
  expect(left(2, [0, 1, 2, 0], 3)).toEqual([0, 1, 2, 3, 4]); // 1 2 0 has no 0 followed by something
  expect(left(2, [0, 1, 2, 0], 4)).toEqual([0, 2, 3, 4]);
  expect(left(2, [0, 1, 2, 0], "generated", 1)).toEqual([0, 1, 2, 3, 4]);
});

test("n 0 is off", () => {
  expect(noRepeatNgram(five, { n: 0 }, said([0, 0]))).toBe(five);
});

test("no text that it lets through has an n-gram twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(4), { maxLength: 40 }), (n, wishes) => {
      const history: number[] = [];
      for (const wish of wishes) {
        const allowed = tryLeft(n, history);
        if (allowed.length === 0) break;
        history.push(allowed[wish % allowed.length]);
      }
      const grams = history.slice(n - 1).map((_, i) => history.slice(i, i + n).join());
      expect(new Set(grams).size).toBe(grams.length);
    }),
  );
});

function tryLeft(n: number, history: number[]): number[] {
  try {
    return left(n, history);
  } catch {
    return [];
  }
}

test("when every candidate is banned the error names the step", () => {
  expect(() => noRepeatNgram(row(0, 0), { n: 1 }, said([0, 1]))).toThrow(
    "no-repeat-ngram: no token is left, all 2 candidates would be banned",
  );
  expect(() => noRepeatNgram(row(0), { n: 1 }, said([0]))).toThrow(
    "no-repeat-ngram: no token is left, the one candidate would be banned",
  );
});

test.each([-1, 1.5])("n %s is refused", (n) => {
  expect(() => noRepeatNgram(five, { n }, said([]))).toThrow(
    `no-repeat-ngram: n must be a whole number, 0 or more (0 is off), got ${n}`,
  );
});
