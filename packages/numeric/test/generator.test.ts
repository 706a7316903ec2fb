import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { expect, test } from "vitest";
import { nextUint32, splitmix64 } from "../src/generator.ts";

test("xoshiro128** from state [1, 2, 3, 4] gives the reference implementation's numbers", () => {
  // The vector of Rust's rand_xoshiro, made with xoshiro128starstar.c 1.1. By hand, the first: rotl(2 * 5, 7) * 9 = 1280 * 9.
  const generator = { state: Uint32Array.of(1, 2, 3, 4) };
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  expect(expected.map(() => nextUint32(generator))).toEqual(expected);
});

test("SplitMix64 from 1234567 gives the published numbers", () => {
  // The vector that Rosetta Code prints for splitmix64.c.
  expect([1n, 2n, 3n].map((index) => splitmix64(1234567n, index))).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
  ]);
});

test("a seed becomes two outputs of SplitMix64, low words first", () => {
  // 6457827717110365317 = 0x599ed017fb08fc85, 3203168211198807973 = 0x2c73f08458540fa5
  expect(Array.from(createGenerator(1234567).state)).toEqual([0xfb08fc85, 0x599ed017, 0x58540fa5, 0x2c73f084]);
});

test("a uniform number is 27 bits of one output above 26 of the next", () => {
  // From [1, 2, 3, 4]: outputs 11520 and 0, so (11520 >> 5) * 2^26 / 2^53 = 360 / 2^27.
  expect(nextUniform({ state: Uint32Array.of(1, 2, 3, 4) })).toBe(360 / 2 ** 27);
});

test("100,000 uniform numbers lie in [0, 1), 10,000 to a tenth", () => {
  const generator = createGenerator(7);
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) tenths[Math.floor(10 * nextUniform(generator))]++;
  const chiSquare = tenths.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
  expect(tenths).toHaveLength(10);
  expect(chiSquare).toBeLessThan(27.88); // 9 degrees of freedom, 0.1%
});

test("a copy of the state continues from the same place", () => {
  const generator = createGenerator(3);
  nextUniform(generator);
  const copy = { state: generator.state.slice() };
  expect(nextUniform(copy)).toBe(nextUniform(generator));
});

test.each([1.5, -1, Number.NaN, 2 ** 53])("seed %s is refused", (seed) => {
  expect(() => createGenerator(seed)).toThrow(`seed: must be a whole number from 0 to 9007199254740991, got ${seed}`);
});
