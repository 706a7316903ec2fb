import { candidatesOf } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { additivePenalties } from "../src/steps/additive-penalties.ts";
import { anyRow, row, said } from "./rows.ts";

const logitsOf = (step: Parameters<typeof additivePenalties>[1], history: number[], promptLength = 0) =>
  Array.from(additivePenalties(row(1, 1, 1, -1), step, said(history, { promptLength })).logits);

test("the frequency is subtracted per occurrence, the presence once", () => {
  // Counts [2, 1, 0, 1]: 1 - 2 * 0.5 - 0.25 = -0.25, 1 - 0.5 - 0.25 = 0.25, 1, -1 - 0.75 = -1.75.
  expect(logitsOf({ frequency: 0.5, presence: 0.25 }, [0, 1, 0, 3])).toEqual([-0.25, 0.25, 1, -1.75]);
});

test("negative values favor tokens that have occurred", () => {
  expect(logitsOf({ frequency: -2, presence: -1 }, [2, 2])).toEqual([1, 1, 6, -1]); // 1 + 2 * 2 + 1
});

test("by default only generated tokens count", () => {
  expect(logitsOf({ frequency: 1, presence: 0 }, [0, 0, 1], 2)).toEqual([1, 0, 1, -1]);
  expect(logitsOf({ frequency: 1, presence: 0, scope: "all" }, [0, 0, 1], 2)).toEqual([-1, 0, 1, -1]);
});

test("the last N tokens count, as in llama.cpp; 0 means none, and more than there are means all", () => {
  const last = (scope: number) => logitsOf({ frequency: 1, presence: 0, scope }, [0, 0, 1], 2);
  expect(last(0)).toEqual([1, 1, 1, -1]);
  expect(last(2)).toEqual([0, 0, 1, -1]);
  expect(last(99)).toEqual([-1, 0, 1, -1]);
});

test("the history may be the prompt alone", () => {
  expect(logitsOf({ frequency: 1, presence: 1 }, [0, 1], 2)).toEqual([1, 1, 1, -1]);
});

test("penalties of 0 are off", () => {
  const candidates = row(1, 2);
  expect(additivePenalties(candidates, { frequency: 0, presence: 0 }, said([0]))).toBe(candidates);
});

test("a constant added to all logits is preserved, because the rule subtracts", () => {
  fc.assert(
    fc.property(anyRow, fc.integer({ min: -64, max: 64 }), (logits, constant) => {
      const step = { frequency: 0.5, presence: -0.25, scope: "all" as const };
      const of = (values: Float64Array) => additivePenalties(candidatesOf(values), step, said([0, logits.length - 1]));
      const plain = of(new Float64Array(logits)).logits;
      of(Float64Array.from(logits, (z) => z + constant)).logits.forEach((z, i) => {
        expect(z - constant).toBeCloseTo(plain[i], 10);
      });
    }),
  );
});

test.each([
  ["frequency", 2.1],
  ["presence", -2.1],
  ["presence", Number.NaN],
])("%s %s is refused", (name, value) => {
  const step = { frequency: 0, presence: 0, [name]: value };
  expect(() => additivePenalties(row(1), step, said([]))).toThrow(
    `additive-penalties: ${name} must be from -2 to 2 (0 is off), got ${value}`,
  );
});

test.each([-1, 1.5, "prompt"])("the scope %s is refused", (scope) => {
  expect(() => additivePenalties(row(1), { frequency: 1, presence: 0, scope: scope as never }, said([]))).toThrow(
    'additive-penalties: scope must be "all", "generated" or a whole number of last tokens, got ',
  );
});
