import { expect, test } from "vitest";
import { typical } from "../src/steps/typical.ts";
import { row } from "./rows.ts";

// [0.6, 0.3, 0.1]: H = 0.3065 + 0.3612 + 0.2303 = 0.8979 nats; the tokens' surprises are 0.5108, 1.2040 and 2.3026, which are 0.3871,
// 0.3061 and 1.4047 from H: the order is 1, 0, 2.
const shares = row(...[0.6, 0.3, 0.1].map(Math.log));
const four = row(0, 0, 0, 0);

test("the nearest to the entropy come first, so the most probable may be removed", () => {
  expect(Array.from(typical(shares, { mass: 0.2 }).ids)).toEqual([1]); // 0.3
  expect(Array.from(typical(shares, { mass: 0.8 }).ids)).toEqual([0, 1]); // 0.3 < 0.8 <= 0.9
  expect(Array.from(typical(shares, { mass: 0.95 }).ids)).toEqual([0, 1, 2]);
});

test("hf keeps what ties with the last one: all of four equal tokens at any mass", () => {
  expect(Array.from(typical(four, { mass: 0.5 }).ids)).toEqual([0, 1, 2, 3]);
});

test("llama.cpp stops where the sum exceeds the mass: 1/4 + 1/4 does not exceed 0.5", () => {
  expect(Array.from(typical(four, { mass: 0.5, boundary: "llama.cpp" }).ids)).toEqual([0, 1, 2]);
  expect(Array.from(typical(four, { mass: 0.4, boundary: "llama.cpp" }).ids)).toEqual([0, 1]);
});

test.each(["hf", "llama.cpp"] as const)("minKeep adds the next nearest (%s)", (boundary) => {
  expect(Array.from(typical(shares, { mass: 0.2, minKeep: 2, boundary }).ids)).toEqual([0, 1]);
  expect(Array.from(typical(shares, { mass: 0.2, minKeep: 9, boundary }).ids)).toEqual([0, 1, 2]);
});

test("a token of probability 0 is the farthest from the entropy", () => {
  expect(Array.from(typical(row(0, -2000, 0), { mass: 0.99 }).ids)).toEqual([0, 2]);
});

test("1 is off", () => {
  expect(typical(shares, { mass: 1 })).toBe(shares);
});

test.each([0, 1.1, Number.NaN])("a mass of %s is refused", (mass) => {
  expect(() => typical(shares, { mass })).toThrow(
    `typical: mass must be above 0 and at most 1 (1 is off), got ${mass}`,
  );
});

test("an unknown boundary is refused", () => {
  expect(() => typical(shares, { mass: 0.5, boundary: "vllm" as never })).toThrow(
    'typical: boundary must be hf or llama.cpp, got "vllm"',
  );
});
