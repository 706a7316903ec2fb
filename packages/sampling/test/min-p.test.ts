import { candidatesOf } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { minP } from "../src/steps/min-p.ts";
import { anyRow, row } from "./rows.ts";

const shares = row(...[0.5, 0.3, 0.15, 0.05].map(Math.log));
const left = (p: number, minKeep = 1) => Array.from(minP(shares, { p, minKeep }).ids);

test("tokens less probable than min-p times the most probable are removed: 0.4 * 0.5 = 0.2", () => {
  expect(left(0.4)).toEqual([0, 1]);
  expect(left(0.05)).toEqual([0, 1, 2, 3]); // 0.025
});

test("1 keeps the most probable, and those that tie with it", () => {
  expect(left(1)).toEqual([0]);
  expect(Array.from(minP(row(2, 1, 2), { p: 1 }).ids)).toEqual([0, 2]);
});

test("minKeep adds the next most probable, of ties the lower ids", () => {
  expect(left(1, 3)).toEqual([0, 1, 2]);
  expect(left(1, 9)).toEqual([0, 1, 2, 3]);
  expect(Array.from(minP(row(0, 0, 5), { p: 1, minKeep: 2 }).ids)).toEqual([0, 2]);
});

test("0 is off", () => {
  expect(minP(shares, { p: 0 })).toBe(shares);
});

test("llama.cpp's rule in logits, x >= max + ln p, keeps the same", () => {
  fc.assert(
    fc.property(anyRow, fc.double({ min: 1e-6, max: 1, noNaN: true }), (logits, p) => {
      const candidates = candidatesOf(logits);
      const limit = Math.max(...candidates.logits) + Math.log(p);
      fc.pre(candidates.logits.every((z) => Math.abs(z - limit) > 1e-9));
      const expected = Array.from(candidates.ids).filter((id) => logits[id] >= limit);
      expect(Array.from(minP(candidates, { p }).ids)).toEqual(expected);
    }),
  );
});

test.each([-0.1, 1.1, Number.NaN])("min-p %s is refused", (p) => {
  expect(() => minP(shares, { p })).toThrow(`min-p: p must be from 0 to 1 (0 is off), got ${p}`);
});

test("a minKeep of 0 is refused", () => {
  expect(() => minP(shares, { p: 0.1, minKeep: 0 })).toThrow("min-p: minKeep must be a whole number, 1 or more, got 0");
});
