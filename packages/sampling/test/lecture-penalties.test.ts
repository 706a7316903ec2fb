import { candidatesOf, probabilities } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lecturePenalties } from "../src/steps/lecture-penalties.ts";
import { anyRow, row, said } from "./rows.ts";

// The lecture's example: vocabulary [a, b, c, d], sequence a, b, a, c, a, a, so occurrences are [4, 1, 1, 0].
const example = row(0.8, 0.9, 0.1, 0.4);
const sequence = [0, 1, 0, 2, 0, 0];

test("the lecture's example without penalties", () => {
  const expected = [0.30562, 0.33776, 0.15176, 0.20486];
  probabilities(example).forEach((p, i) => {
    expect(Math.abs(p - expected[i])).toBeLessThan(1e-5);
  });
});

test("the lecture's example with frequency 1.1 and presence 1.2", () => {
  // k = 1 + 0.1 * [4, 1, 1, 0] + 0.2 * [1, 1, 1, 0] = [1.6, 1.3, 1.3, 1]; no logit is negative, so nothing is shifted.
  // Logits [0.8 / 1.6, 0.9 / 1.3, 0.1 / 1.3, 0.4 / 1]. The slide prints .305 and .320 from rounded intermediate values; these are exact.
  const penalized = lecturePenalties(example, { frequency: 1.1, presence: 1.2 }, said(sequence));
  const logits = [0.5, 0.69231, 0.07692, 0.4];
  const expected = [0.26512, 0.32133, 0.17366, 0.23989];
  probabilities(penalized).forEach((p, i) => {
    expect(Math.abs(penalized.logits[i] - logits[i])).toBeLessThan(1e-5);
    expect(Math.abs(p - expected[i])).toBeLessThan(1e-5);
  });
});

test("a negative smallest logit is first subtracted from all: [-1, 3] with k [2, 2] is [0, 2]", () => {
  expect(Array.from(lecturePenalties(row(-1, 3), { frequency: 2, presence: 1 }, said([0, 1])).logits)).toEqual([0, 2]);
});

test("a positive smallest logit is not shifted: [1, 3] with k [1, 2] is [1, 1.5]", () => {
  expect(Array.from(lecturePenalties(row(1, 3), { frequency: 2, presence: 1 }, said([1])).logits)).toEqual([1, 1.5]);
});

test("the shift is by the smallest finite logit, and an occurrence of a masked token has no effect", () => {
  const penalized = lecturePenalties(row(-Infinity, -1, 3), { frequency: 1, presence: 2 }, said([0, 2]));
  expect(Array.from(penalized.ids)).toEqual([1, 2]);
  expect(Array.from(penalized.logits)).toEqual([0, 2]); // (-1 + 1) / 1, (3 + 1) / 2
});

test("penalties of 1 are off", () => {
  const candidates = row(-1, 3);
  expect(lecturePenalties(candidates, { frequency: 1, presence: 1 }, said([0, 1]))).toBe(candidates);
});

test("a token that has occurred never becomes more probable", () => {
  const penalty = fc.double({ min: 1, max: 3, noNaN: true });
  fc.assert(
    fc.property(anyRow, fc.nat(), penalty, penalty, (logits, n, frequency, presence) => {
      const candidates = candidatesOf(logits);
      const at = n % candidates.ids.length;
      const after = lecturePenalties(candidates, { frequency, presence }, said([candidates.ids[at]]));
      expect(probabilities(after)[at]).toBeLessThanOrEqual(probabilities(candidates)[at] + 1e-12);
    }),
  );
});

test.each([
  ["frequency", 0],
  ["frequency", -1],
  ["presence", Number.NaN],
  ["presence", Infinity],
])("%s %s is refused", (name, value) => {
  const penalties = { frequency: 1, presence: 1, [name]: value };
  expect(() => lecturePenalties(row(1, 2), penalties, said([]))).toThrow(
    `lecture-penalties: ${name} must be a finite number above 0 (1 is off, 1.1 to 1.2 is usual), got ${value}`,
  );
});

test("a penalty below 1 that brings k to 0 is refused: 1 - 0.5 * 2", () => {
  expect(() => lecturePenalties(row(1, 2), { frequency: 0.5, presence: 1 }, said([1, 1]))).toThrow(
    "lecture-penalties: k must stay above 0, token 1 with 2 occurrences has 0; use penalties of 1 or more",
  );
});

test("the scope may be the generated text, or the last N tokens", () => {
  const left = (scope: "generated" | number) =>
    Array.from(
      lecturePenalties(row(4, 4), { frequency: 2, presence: 1, scope }, said([0, 0, 1], { promptLength: 2 })).logits,
    );
  expect(left("generated")).toEqual([4, 2]);
  expect(left(2)).toEqual([2, 2]);
  expect(left(0)).toEqual([4, 4]);
  expect(left(9)).toEqual([4 / 3, 2]); // k = 1 + 1 * 2
});
