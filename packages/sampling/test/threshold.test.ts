import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fillUp,
  indicesAtLeast,
  keepAtLeast,
  keepLargest,
  keepTop,
  topCountThreshold,
  topMassThreshold,
} from "../src/fast/threshold.ts";
import { createWorkspace } from "../src/workspace.ts";
import { normalRow } from "./rows.ts";

const workspace = createWorkspace();
const every = (scores: Float64Array) => indicesAtLeast(scores, -Infinity, workspace);

/** The candidates at the top that hold `target` of these weights. */
function keepMass(scores: Float64Array, target: number, weights: Float64Array) {
  const threshold = topMassThreshold(scores, target, { weights, among: every(scores) });
  return keepTop(all(scores), scores, threshold, { weights, among: every(scores) }, workspace);
}

test("the 3 largest of [5, 1, 4, 4, 4, 2] are 5 and two of the 4s", () => {
  expect(topCountThreshold(Float64Array.of(5, 1, 4, 4, 4, 2), 3, workspace)).toEqual({ value: 4, missing: 2 });
});

test("a target that is never reached keeps everything", () => {
  const scores = Float64Array.of(2, 1, 1);
  const searched = { weights: Float64Array.of(1, 1, 1), among: every(scores) };
  expect(topMassThreshold(scores, 9, searched)).toEqual({ value: 1, missing: 8 });
});

test("the k-th largest is the one a sort finds, with as many ties as come before it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 200 }), fc.nat(), (values, n) => {
      const k = 1 + (n % values.length);
      const head = values.toSorted((a, b) => b - a).slice(0, k);
      const threshold = head.at(-1);
      const missing = head.filter((value) => value === threshold).length;
      const scores = Float64Array.from(values);
      const searched = { weights: new Float64Array(scores.length).fill(1), among: every(scores) };
      expect(topMassThreshold(scores, k, searched)).toEqual({ value: threshold, missing });
    }),
  );
});

const anyScores = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ min: -1e300, max: 1e300, noNaN: true })), {
    minLength: 1,
    maxLength: 300,
  })
  .map((values) => Float64Array.from(values));

/** Indices, the best first, ties by the lower id. */
const bestFirst = (scores: Float64Array) => Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
const all = (scores: Float64Array) => ({
  ids: Int32Array.from(scores.keys()),
  logits: new Float64Array(scores.length),
});

test.each([1, 2, 1023, 1024, 1025, 4096, 5000])("the %s largest of 5,000 scores with ties are a sort's", (k) => {
  const scores = Float64Array.from(normalRow(5000, 2, 4), (z) => Math.round(8 * z));
  const kept = keepLargest(all(scores), scores, k, workspace).ids;
  expect(Array.from(kept)).toEqual(
    bestFirst(scores)
      .slice(0, k)
      .sort((a, b) => a - b),
  );
});

test("the k largest are a sort's, whatever the scores, for every k up to all", () => {
  fc.assert(
    fc.property(anyScores, fc.nat(), (scores, n) => {
      const k = 1 + (n % scores.length);
      const expected = bestFirst(scores).slice(0, k);
      expect(Array.from(keepLargest(all(scores), scores, k, workspace).ids)).toEqual(expected.sort((a, b) => a - b));
      expect(keepLargest(all(scores), scores, scores.length, workspace).ids).toHaveLength(scores.length);
    }),
  );
});

test("of equal scores the first that hold the mass are kept, whatever it is", () => {
  for (const n of [1, 2, 1000]) {
    const scores = new Float64Array(n).fill(0.5);
    for (const kept of [1, Math.ceil(n / 3), n]) {
      const weights = new Float64Array(n).fill(0.25);
      expect(keepMass(scores, kept / 4, weights).ids).toHaveLength(kept);
    }
  }
});

test("weights from 1e-300 to 1: the head reaches the target, and without its last member it does not", () => {
  const exponents = fc.array(fc.integer({ min: -300, max: 0 }), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(exponents, fc.double({ min: 1e-9, max: 1, noNaN: true }), (powers, share) => {
      const scores = Float64Array.from(powers, (power) => 10 ** power);
      const target = share * scores.reduce((a, b) => a + b);
      const kept = Array.from(keepMass(scores, target, scores).ids);
      const masses = kept.map((i) => scores[i]).sort((a, b) => a - b);
      const mass = masses.reduce((a, b) => a + b);
      expect(new Set(kept)).toEqual(new Set(bestFirst(scores).slice(0, kept.length)));
      expect(mass).toBeGreaterThanOrEqual(target * (1 - 1e-12));
      expect(mass - masses[0]).toBeLessThan(target * (1 + 1e-12));
    }),
    { numRuns: 500 },
  );
});

test("keepAtLeast keeps what reaches the threshold, else the minKeep largest with their ties", () => {
  const scores = Float64Array.of(1, 4, 3, 3, 0);
  const from = (threshold: number, minKeep: number) =>
    Array.from(keepAtLeast(all(scores), scores, threshold, minKeep, workspace).ids);
  expect(from(3, 1)).toEqual([1, 2, 3]);
  expect(from(9, 1)).toEqual([1]);
  expect(from(9, 2)).toEqual([1, 2, 3]);
  expect(from(9, 99)).toEqual([0, 1, 2, 3, 4]);
});

test("fillUp fills up to exactly minKeep, of ties the lower ids by default", () => {
  const scores = Float64Array.of(1, 4, 3, 3, 0);
  const [candidates, one] = [all(scores), { ids: Int32Array.of(1), logits: Float64Array.of(0) }];
  expect(fillUp(one, candidates, scores, 1, workspace)).toBe(one);
  expect(Array.from(fillUp(one, candidates, scores, 2, workspace).ids)).toEqual([1, 2]);
  expect(Array.from(fillUp(one, candidates, scores, 2, workspace, "higher ids").ids)).toEqual([1, 3]);
  expect(Array.from(fillUp(one, candidates, scores, 99, workspace).ids)).toEqual([0, 1, 2, 3, 4]);
});

test("the k largest may all come first, and be more than the sample", () => {
  const descending = Float64Array.from({ length: 5000 }, (_, i) => -i);
  for (const k of [1024, 1025, 1500, 4999]) {
    expect(keepLargest(all(descending), descending, k, workspace).ids).toHaveLength(k);
  }
});
