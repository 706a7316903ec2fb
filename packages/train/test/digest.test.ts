/** The checksum of ids. */
import { expect, test } from "vitest";
import { digestOf } from "../src/data/digest.ts";

test('of bytes it is FNV-1a, whose authors give 0xbf9cf968 for "foobar"', () => {
  expect(digestOf(new TextEncoder().encode("foobar"))).toBe(0xbf9cf968);
});

test("the parts of a list, one after another, give that of the whole", () => {
  const ids = [50256, 3, 0, 70_000];
  expect(digestOf(ids.slice(2), digestOf(ids.slice(0, 2)))).toBe(digestOf(ids));
});
