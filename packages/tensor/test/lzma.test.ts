/** The independent reference is the encoder of lzma1. Without its header, a file is the stream. */
import fc from "fast-check";
import { compress } from "lzma1";
import { describe, expect, test } from "vitest";
import { decompress } from "../src/kernels/simd/lzma.ts";

const HEADER_BYTES = 13;
const MODES = [1, 9] as const;

const text = Array.from({ length: 5000 }, (_, i) => `${(i * i) % 977} kernels `).join("");
const noise = Uint8Array.from({ length: 3000 }, (_, i) => Math.imul(i * i + 1, 2654435761) >>> 24);
const INPUTS: Readonly<Record<string, Uint8Array>> = {
  "one byte": Uint8Array.of(255),
  "a run": new Uint8Array(70_000).fill(7),
  "text, whose matches are of all lengths": new TextEncoder().encode(text),
  "every byte": Uint8Array.from({ length: 1024 }, (_, i) => (i * 167) % 256),
  "distances beyond those of few bits": Uint8Array.of(...noise, ...noise.map((byte) => byte >> 6), ...noise),
  "a copy with single changes": Uint8Array.of(...noise, ...noise.map((byte, i) => (i % 50 === 0 ? byte + 1 : byte))),
};

function packed(bytes: Uint8Array, mode: (typeof MODES)[number]): Uint8Array {
  return compress(bytes, mode).subarray(HEADER_BYTES);
}

describe.each(MODES)("mode %i", (mode) => {
  test.each(Object.keys(INPUTS))("%s", (name) => {
    const bytes = INPUTS[name] as Uint8Array;
    expect(firstDifference(decompress(packed(bytes, mode), bytes.length), bytes)).toBe(-1);
  });
});

test("a match that overlaps itself: ab, then 8 bytes from 2 back", () => {
  const data = packed(new TextEncoder().encode("ababababab"), 9);
  expect(new TextDecoder().decode(decompress(data, 10))).toBe("ababababab");
});

test("the first bytes alone, where a match goes beyond them", () => {
  const data = packed(new Uint8Array(1000).fill(7), 9);
  expect([...decompress(data, 5)]).toEqual([7, 7, 7, 7, 7]);
});

test("any bytes", () => {
  const repetitive = fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2000 })
    .map((list) => Uint8Array.from(list));
  const any = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 2000 }), repetitive);
  const property = fc.property(any, (bytes) => {
    return firstDifference(decompress(packed(bytes, 9), bytes.length), bytes) === -1;
  });
  fc.assert(property, { numRuns: 20 });
});

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((byte, i) => byte !== b[i]);
}
