/** The independent reference is Node's zlib. */
import { constants, deflateRawSync, type ZlibOptions } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflate } from "../src/kernels/simd/inflate.ts";

const KINDS: Readonly<Record<string, ZlibOptions>> = {
  "stored blocks": { level: 0 },
  "fixed codes": { strategy: constants.Z_FIXED },
  "codes of their own": { level: 9 },
  "codes without matches": { strategy: constants.Z_HUFFMAN_ONLY },
  "runs only": { strategy: constants.Z_RLE },
};

const text = Array.from({ length: 20_000 }, (_, i) => `${(i * i) % 977} kernels `).join("");
const INPUTS: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  "one byte": Uint8Array.of(255),
  "a run longer than a window": new Uint8Array(70_000).fill(7),
  "several blocks": new TextEncoder().encode(text),
  "every byte": Uint8Array.from({ length: 1024 }, (_, i) => (i * 167) % 256),
};

describe.each(Object.keys(KINDS))("%s", (kind) => {
  test.each(Object.keys(INPUTS))("%s", (name) => {
    const bytes = INPUTS[name] as Uint8Array;
    const inflated = inflate(deflateRawSync(bytes, KINDS[kind]), bytes.length);
    expect(Buffer.compare(inflated, bytes)).toBe(0);
  });
});

test("a match that overlaps itself: ab, then 8 bytes from 2 back, as RFC 1951 section 3.2.3 has it", () => {
  expect(new TextDecoder().decode(inflate(deflateRawSync("ababababab"), 10))).toBe("ababababab");
});

test("any bytes", () => {
  const repetitive = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2000 }).map((list) => Uint8Array.from(list));
  const property = fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repetitive), (bytes) => {
    return Buffer.compare(inflate(deflateRawSync(bytes), bytes.length), bytes) === 0;
  });
  fc.assert(property, { numRuns: 50 });
});
