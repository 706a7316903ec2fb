/** Random orders, and the numbers they are made of. */
import { createGenerator } from "@tsgpt/numeric";
import { expect, test } from "vitest";
import { nextBelow, shuffle } from "../src/data/shuffle.ts";

test("every order of four is about equally frequent", () => {
  const generator = createGenerator(7);
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const values = Uint32Array.of(0, 1, 2, 3);
    shuffle(values, generator);
    counts.set(String(values), (counts.get(String(values)) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  // Each of 24 counts has mean 1,000 and deviation sqrt(24,000 / 24 * 23 / 24) = 31: within five of them.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(155);
});

test("draws beyond the last whole multiple of the limit are repeated", () => {
  const generator = createGenerator(1);
  const limit = 3 * 2 ** 30; // a quarter of 2^32 is beyond; the plain remainder would have half of all below 2^30
  const low = Array.from({ length: 3000 }, () => nextBelow(limit, generator)).filter((draw) => draw < 2 ** 30).length;
  expect(Math.abs(low - 1000)).toBeLessThan(130); // deviation sqrt(3000 * 1/3 * 2/3) = 26
});
