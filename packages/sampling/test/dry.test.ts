import fc from "fast-check";
import { expect, test } from "vitest";
import { dry } from "../src/steps/dry.ts";
import { row, said } from "./rows.ts";

type DryStep = Parameters<typeof dry>[1];

const usual: DryStep = { multiplier: 1, base: 1.75, allowedLength: 2 };
const [a, b, c, d, e] = [0, 1, 2, 3, 4];
const penalties = (history: number[], changes: Partial<DryStep> = {}, promptLength = 0) =>
  Array.from(dry(row(0, 0, 0, 0, 0), { ...usual, ...changes }, said(history, { promptLength })).logits, (z) => 0 - z);

test("a match of the allowed length costs the multiplier: a b c a b, and c", () => {
  expect(penalties([a, b, c, a, b], { multiplier: 0.8 })).toEqual([0, 0, 0.8, 0, 0]); // 0.8 * 1.75^(2 - 2)
});

test("each further token multiplies it by the base: a b c d a b c, and d", () => {
  expect(penalties([a, b, c, d, a, b, c])).toEqual([0, 0, 0, 1.75, 0]); // 1.75^(3 - 2)
});

test("a match shorter than allowed is free: b c a b, and c", () => {
  expect(penalties([b, c, a, b])).toEqual([0, 0, 0, 0, 0]);
  expect(penalties([b, c, a, b], { allowedLength: 1 })).toEqual([0, 0, 1, 0, 0]);
});

test("of several occurrences the longest counts, each continuation for itself", () => {
  // The text ends in a b, and a b came before c and before d: 2 for both.
  expect(penalties([a, b, c, a, b, d, a, b])).toEqual([0, 0, 1, 1, 0]);
  // It ends in e a b; c came after b alone, 1, and after e a b, 3: 1.75^(3 - 2).
  expect(penalties([b, c, a, e, a, b, c, d, e, a, b])).toEqual([0, 0, 1.75, 0, 0]);
});

test("a run is its own repetition: a a a a matches three before its last, 1.75^(3 - 2)", () => {
  expect(penalties([a, a, a, a])).toEqual([1.75, 0, 0, 0, 0]);
});

test("no match runs across a breaker: d a b c, d a b with d as one is a match of a b alone", () => {
  expect(penalties([d, a, b, c, d, a, b])).toEqual([0, 0, 1.75, 0, 0]); // d a b: 3
  expect(penalties([d, a, b, c, d, a, b], { breakers: [d] })).toEqual([0, 0, 1, 0, 0]);
  expect(penalties([d, a, b, c, d, a, b], { breakers: [d, a] })).toEqual([0, 0, 0, 0, 0]); // b: 1
});

test("after a breaker at the end of the text nothing matches", () => {
  expect(penalties([a, b, c, a, b], { breakers: [b] })).toEqual([0, 0, 0, 0, 0]);
});

test("a breaker is never penalized itself, as in llama.cpp", () => {
  expect(penalties([a, b, c, a, b], { breakers: [c] })).toEqual([0, 0, 0, 0, 0]);
});

test("only tokens in the scope can match", () => {
  expect(penalties([a, b, c, a, b], { scope: 4 })).toEqual([0, 0, 0, 0, 0]); // b c a b: the match b is short
  expect(penalties([a, b, c, a, b], { scope: 5 })).toEqual([0, 0, 1, 0, 0]);
  expect(penalties([a, b, c, a, b], { scope: "generated" }, 1)).toEqual([0, 0, 0, 0, 0]);
  expect(penalties([a, b, c, a, b], { scope: 0 })).toEqual([0, 0, 0, 0, 0]);
});

test("a base of 1 costs the multiplier whatever the length", () => {
  expect(penalties([a, b, c, d, a, b, c], { base: 1, multiplier: 3 })).toEqual([0, 0, 0, 3, 0]);
});

test("a very long match costs no more than float32 holds: 2^127 = 2^floor(88.7 / ln 2)", () => {
  expect(penalties(new Array(1000).fill(a), { base: 2 })[a]).toBe(2 ** 127);
});

test("a multiplier of 0 is off, and a removed token is ignored", () => {
  const candidates = row(0, 0, -Infinity);
  expect(dry(candidates, { ...usual, multiplier: 0 }, said([a, b, c, a, b]))).toBe(candidates);
  expect(Array.from(dry(candidates, usual, said([a, b, c, a, b])).logits)).toEqual([0, 0]);
});

test("every penalty is that of a comparison of each position with the end, token by token", () => {
  const text = fc.array(fc.nat(2), { maxLength: 60 });
  const breakers = fc.option(fc.subarray([0, 1, 2], { minLength: 1 }), { nil: undefined });
  fc.assert(
    fc.property(text, breakers, fc.integer({ min: 1, max: 4 }), (history, breakers, allowedLength) => {
      const found = penalties(history, { allowedLength, ...(breakers && { breakers }) });
      found.forEach((penalty, id) => {
        const length = longestMatch(history, id, breakers ?? []);
        expect(penalty).toBeCloseTo(length < allowedLength ? 0 : 1.75 ** (length - allowedLength), 6);
      });
    }),
    { numRuns: 500 },
  );
});

/** By brute force: over all occurrences of the id, how many tokens before it are the text's last ones. */
function longestMatch(history: number[], id: number, breakers: number[]): number {
  if (breakers.includes(id)) return 0;
  let longest = 0;
  for (let at = 0; at < history.length; at++) {
    if (history[at] !== id) continue;
    let length = 0;
    while (
      length < at &&
      history[at - 1 - length] === history.at(-1 - length) &&
      !breakers.includes(history[at - 1 - length])
    )
      length++;
    longest = Math.max(longest, length);
  }
  return longest;
}

test.each([
  [{ multiplier: -1 }, "dry: multiplier must be a finite number, 0 or more (0 is off), got -1"],
  [{ base: 0.9 }, "dry: base must be a finite number, 1 or more, got 0.9"],
  [{ allowedLength: 0 }, "dry: allowedLength must be a whole number, 1 or more, got 0"],
  [{ breakers: [] }, "dry: breakers must be a list of at least one token id, got []"],
  [{ scope: -1 }, 'dry: scope must be "all", "generated" or a whole number of last tokens, got -1'],
])("%j is refused", (changes, message) => {
  expect(() => penalties([], changes as Partial<DryStep>)).toThrow(message);
});
