import { candidatesOf, probabilities } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { topK } from "../src/steps/top-k.ts";
import { anyRow, normalRow, row, sorted } from "./rows.ts";

test("top-k 2 keeps the two most probable, renormalized", () => {
  const kept = topK(row(0, 2, 1), { k: 2 });
  expect(Array.from(kept.ids)).toEqual([1, 2]);
  expect(probabilities(kept)[0]).toBeCloseTo(0.7310586, 7); // 1 / (1 + exp(-1))
});

test("exactly k are kept: of tokens tied with the k-th the lower ids", () => {
  expect(Array.from(topK(row(1, 5, 5, 5, 0), { k: 2 }).ids)).toEqual([1, 2]);
});

test.each([0, 3, 9])("top-k %s of three candidates removes none", (k) => {
  const candidates = row(1, 2, 3);
  expect(topK(candidates, { k })).toBe(candidates);
});

test("the kept are the first k of the sorted distribution", () => {
  fc.assert(
    fc.property(anyRow, fc.integer({ min: 1, max: 45 }), (logits, k) => {
      const candidates = candidatesOf(logits);
      const order = Array.from(candidates.ids).sort((a, b) => logits[b] - logits[a] || a - b);
      expect(Array.from(topK(candidates, { k }).ids)).toEqual(order.slice(0, k).sort((a, b) => a - b));
    }),
  );
});

test.each([1, 40, 600, 20_000])("top-k %s of 50,257 logits keeps what a full sort would", (k) => {
  const candidates = candidatesOf(normalRow(50_257, 3, k));
  const expected = sorted(candidates)
    .slice(0, k)
    .map(({ id }) => id);
  expect(Array.from(topK(candidates, { k }).ids)).toEqual(expected.sort((a, b) => a - b));
});

test.each([1.5, -1, Number.NaN, Infinity])("top-k %s is refused", (k) => {
  expect(() => topK(row(1, 2), { k })).toThrow(`top-k: k must be a whole number, 0 or more (0 is off), got ${k}`);
});

test("hf keeps all that tie with the k-th", () => {
  expect(Array.from(topK(row(1, 5, 5, 5, 0), { k: 2, boundary: "hf" }).ids)).toEqual([1, 2, 3]);
  expect(Array.from(topK(row(9, 5, 5, 1), { k: 1, boundary: "hf" }).ids)).toEqual([0]);
});

test("an unknown boundary is refused", () => {
  expect(() => topK(row(1, 2), { k: 1, boundary: "vllm" as never })).toThrow(
    'top-k: boundary must be hf or llama.cpp, got "vllm"',
  );
});
