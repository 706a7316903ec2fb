import { candidatesOf, probabilities, topP } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyRow, normalRow, row, sorted } from "./rows.ts";

const anyP = fc.double({ min: 1e-6, max: 1, noNaN: true });

test("the token that crosses p is kept: [0.5, 0.3, 0.2] at p 0.6 keeps two", () => {
  const kept = topP(row(Math.log(5), Math.log(3), Math.log(2)), { p: 0.6 }); // 0.5 < 0.6 <= 0.8
  expect(Array.from(kept.ids)).toEqual([0, 1]);
  expect(probabilities(kept)[0]).toBeCloseTo(0.625, 6); // 0.5 / 0.8
});

test("a mass equal to p reaches it: four equal tokens at p 0.5 keep the first two", () => {
  expect(Array.from(topP(row(7, 7, 7, 7), { p: 0.5 }).ids)).toEqual([0, 1]);
});

test("at least one is kept, however small p is", () => {
  expect(Array.from(topP(row(0, 0, 1), { p: 1e-12 }).ids)).toEqual([2]);
});

test("top-p 1 removes none, not even a token of probability 0", () => {
  const candidates = row(0, -2000);
  expect(topP(candidates, { p: 1 })).toBe(candidates);
});

test("the kept mass is at least p, and without the last kept token it is less", () => {
  fc.assert(
    fc.property(anyRow, anyP, (logits, p) => {
      const candidates = candidatesOf(logits);
      const kept = new Set(topP(candidates, { p }).ids);
      const order = sorted(candidates);
      const masses = order.filter(({ id }) => kept.has(id)).map(({ probability }) => probability);
      const mass = masses.reduce((a, b) => a + b, 0);
      expect(kept.size).toBeGreaterThan(0);
      expect(mass).toBeGreaterThanOrEqual(p - 1e-12);
      if (p < 1) expect(mass - masses.at(-1)!).toBeLessThan(p + 1e-12);
      expect(order.slice(0, kept.size).every(({ id }) => kept.has(id))).toBe(true);
    }),
  );
});

test("the order of the vocabulary does not matter", () => {
  const distinct = fc.uniqueArray(fc.integer({ min: -200, max: 200 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(distinct, anyP, (values, p) => {
      const logits = Float32Array.from(values, (value) => value / 32);
      const forward = Array.from(topP(candidatesOf(logits), { p }).logits);
      const backward = Array.from(topP(candidatesOf(logits.toReversed()), { p }).logits);
      expect(backward.reverse()).toEqual(forward);
    }),
  );
});

test.each([
  [0.9, 3],
  [0.9, 0.01],
  [0.1, 1],
  [0.999, 1],
])("top-p %s of 50,257 logits of deviation %s keeps what a full sort would", (p, deviation) => {
  const candidates = candidatesOf(normalRow(50_257, deviation, 1));
  const order = sorted(candidates);
  let [mass, count] = [0, 0];
  while (mass < p) mass += order[count++].probability;
  const expected = order.slice(0, count).map(({ id }) => id);
  expect(Array.from(topP(candidates, { p }).ids)).toEqual(expected.sort((a, b) => a - b));
});

test.each([0, -0.1, 1.1, 5, Number.NaN])("top-p %s is refused", (p) => {
  expect(() => topP(row(1, 2), { p })).toThrow(`top-p: p must be above 0 and at most 1 (1 is off), got ${p}`);
});

test("minKeep adds the next most probable, of ties the lower ids", () => {
  const left = (minKeep: number) => Array.from(topP(row(0, 3, 0, 0), { p: 0.1, minKeep }).ids);
  expect(left(1)).toEqual([1]);
  expect(left(2)).toEqual([0, 1]);
  expect(left(9)).toEqual([0, 1, 2, 3]);
});

test("a minKeep of 0 is refused", () => {
  expect(() => topP(row(1, 2), { p: 0.5, minKeep: 0 })).toThrow(
    "top-p: minKeep must be a whole number, 1 or more, got 0",
  );
});
