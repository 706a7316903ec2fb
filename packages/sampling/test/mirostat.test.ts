import { candidatesOf, createSampler, probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { firstMu, mirostat, nextMu } from "../src/steps/mirostat.ts";
import { normalRow, row, said } from "./rows.ts";

// Surprises of 1, 2, 3 and 3 bits.
const logits = Float64Array.from([1, 2, 3, 3], (bits) => -bits * Math.LN2);
const left = (mu: number | undefined, tau = 1.1) =>
  Array.from(mirostat(candidatesOf(logits), { tau, eta: 0.5 }, said([], { mu })).ids);

test("tokens whose surprise exceeds mu are removed", () => {
  expect(left(2.5)).toEqual([0, 1]);
  expect(left(3.5)).toEqual([0, 1, 2, 3]);
});

test("mu is 2 tau before the first token", () => {
  expect(left(undefined, 1.1)).toEqual([0, 1]); // 2.2 bits
  expect(left(undefined, 0.9)).toEqual([0]); // 1.8 bits
});

test("the most probable stays in any case, one of those that tie", () => {
  expect(left(0.5)).toEqual([0]);
  expect(left(-3)).toEqual([0]);
  expect(Array.from(mirostat(row(0, 0), { tau: 1, eta: 0.1 }, said([], { mu: 0.5 })).ids)).toEqual([0]);
});

test("mu over three tokens: tau 1.1, eta 0.5, draws 0, 1 and 0", () => {
  const step = { tau: 1.1, eta: 0.5 };
  // mu 2.2 leaves [2/3, 1/3]. Token 0 surprises by log2(3/2) = 0.58496: 2.2 - 0.5 * (0.58496 - 1.1) = 2.45752.
  const second = nextMu(step, firstMu(step), Math.log2(3 / 2));
  expect(second).toBeCloseTo(2.45752, 5);
  // The same two are left. Token 1 surprises by log2(3) = 1.58496: 2.45752 - 0.5 * (1.58496 - 1.1) = 2.21504.
  const third = nextMu(step, second, Math.log2(3));
  expect(third).toBeCloseTo(2.21504, 5);
  expect(left(third)).toEqual([0, 1]);
  expect(nextMu(step, third, Math.log2(3 / 2))).toBeCloseTo(2.47256, 5); // 2.21504 + 0.25752
});

test("a sampler carries mu from token to token by that rule, and reports it", () => {
  const step = { type: "mirostat", tau: 1.1, eta: 0.5 } as const;
  const sample = createSampler([step], { seed: 3 });
  let mu = 2.2;
  const drawn = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const { id, probability, steps } = sample.explain(Float32Array.from(logits), { history: [] });
    expect(steps[0].mu).toBeCloseTo(mu, 12);
    drawn.add(id);
    mu -= 0.5 * (-Math.log2(probability) - 1.1);
  }
  expect(drawn.size).toBeGreaterThan(1);
});

test.each([2, 4, 6])("in the long run the surprise is tau: %s bits within 0.05 over 5,000 tokens", (tau) => {
  const sample = createSampler([{ type: "mirostat", tau, eta: 0.1 }], { seed: 5 });
  const rows = [1, 2, 3].map((seed) => normalRow(300, seed / 2 + 0.5, seed));
  let surprise = 0;
  for (let i = 0; i < 5000; i++) {
    surprise -= Math.log2(sample.explain(rows[i % 3], { history: [] }, 0).probability);
  }
  expect(Math.abs(surprise / 5000 - tau)).toBeLessThan(0.05);
});

test("an eta of 0 leaves mu where it is", () => {
  expect(nextMu({ tau: 3, eta: 0 }, 6, 10)).toBe(6);
});

test("what it leaves sums to 1", () => {
  const kept = mirostat(candidatesOf(normalRow(100, 2, 1)), { tau: 2, eta: 0.1 }, said([]));
  expect(probabilities(kept).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});

test.each([
  [{ tau: 0, eta: 0.1 }, "mirostat: tau must be a finite number above 0, got 0"],
  [{ tau: 5, eta: 1.1 }, "mirostat: eta must be from 0 to 1, got 1.1"],
  [{ tau: 5, eta: -0.1 }, "mirostat: eta must be from 0 to 1, got -0.1"],
])("%j is refused", (step, message) => {
  expect(() => mirostat(row(0), step, said([]))).toThrow(message);
});
