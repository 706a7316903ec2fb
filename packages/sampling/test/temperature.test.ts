import { candidatesOf, probabilities } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { temperature } from "../src/steps/temperature.ts";
import { anyRow, row } from "./rows.ts";

test("temperature divides the logits", () => {
  expect(Array.from(temperature(row(3, -1, 0), { temperature: 2 }).logits)).toEqual([1.5, -0.5, 0]);
});

test("above 1 flattens and below 1 sharpens: [0, 2] at T 2 and 0.5", () => {
  // The larger one has 1 / (1 + exp(-2 / T)): 0.7311 at T 2, 0.8808 at 1, 0.9820 at 0.5.
  expect(probabilities(temperature(row(0, 2), { temperature: 2 }))[1]).toBeCloseTo(0.7310586, 7);
  expect(probabilities(temperature(row(0, 2), { temperature: 0.5 }))[1]).toBeCloseTo(0.9820138, 7);
});

test("temperature 1 is the identity", () => {
  fc.assert(
    fc.property(anyRow, (logits) => {
      const candidates = candidatesOf(logits);
      expect(temperature(candidates, { temperature: 1 })).toEqual(candidates);
    }),
  );
});

test("temperature removes nothing and keeps the order", () => {
  fc.assert(
    fc.property(anyRow, fc.double({ min: 0.01, max: 100, noNaN: true }), (logits, value) => {
      const candidates = candidatesOf(logits);
      const after = temperature(candidates, { temperature: value });
      expect(after.ids).toEqual(candidates.ids);
      candidates.logits.forEach((z, i) => {
        if (i > 0)
          expect(Math.sign(after.logits[i] - after.logits[i - 1])).toBe(Math.sign(z - candidates.logits[i - 1]));
      });
    }),
  );
});

test("temperature 0 names greedy", () => {
  expect(() => temperature(row(1, 2), { temperature: 0 })).toThrow(
    'temperature: temperature must be above 0, got 0; for the most probable token use the step { type: "greedy" }',
  );
});

test.each([-1, Number.NaN, Infinity])("temperature %s is refused", (value) => {
  expect(() => temperature(row(1, 2), { temperature: value })).toThrow(
    `temperature: temperature must be a finite number above 0 (1 is off), got ${value}`,
  );
});

test("a temperature so small that a quotient overflows is refused", () => {
  expect(() => temperature(row(1, 2), { temperature: 1e-320 })).toThrow(
    /is so small that the logit 1 divided by it overflows; use the step {/,
  );
});
