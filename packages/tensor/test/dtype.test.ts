import { BYTES_PER_ELEMENT, type FloatDtype, widen } from "@tsgpt/tensor";
import { expect, test } from "vitest";

function widened(halves: readonly number[], dtype: FloatDtype): Float32Array {
  const bytes = new Uint8Array(halves.length * 2);
  const view = new DataView(bytes.buffer);
  halves.forEach((half, i) => {
    view.setUint16(2 * i, half, true);
  });
  const out = new Float32Array(halves.length);
  widen(bytes, dtype, out);
  return out;
}

const everyHalf = Array.from({ length: 65536 }, (_, i) => i);

/** IEEE 754 binary16 by its definition: (-1)^s * 2^(e - 15) * 1.f, subnormal 2^-14 * 0.f. */
function float16(half: number): number {
  const sign = half >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(half / 1024) % 32;
  const fraction = (half % 1024) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

/** BF16 by its definition: 8 bits of exponent, bias 127, 7 of fraction. */
function bfloat16(half: number): number {
  const sign = half >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(half / 128) % 256;
  const fraction = (half % 128) / 128;
  if (exponent === 255) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** -126 * fraction : sign * 2 ** (exponent - 127) * (1 + fraction);
}

test.each([
  ["F16", float16],
  ["BF16", bfloat16],
] as const)(
  "%s: all 65,536 patterns widen to the value of the definition, signed zeros and NaN included",
  (dtype, value) => {
    const out = widened(everyHalf, dtype);
    expect(everyHalf.filter((half) => !Object.is(out[half], value(half)))).toEqual([]);
  },
);

test("F16 by hand: 1, -2, 1/3, the largest, the smallest, one above the smallest normal", () => {
  // 0x3555: exponent 13, fraction 0x155 = 341: 2^-2 * (1 + 341/1024) = 0.333251953125
  expect([...widened([0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x0401], "F16")]).toEqual([
    1,
    -2,
    0.333251953125,
    65504,
    2 ** -24,
    2 ** -14 + 2 ** -24,
  ]);
});

test("a NaN keeps its payload bits", () => {
  const out = widened([0x7e55, 0xfe01], "F16");
  // the 10 fraction bits move to the top of 23: 0x255 << 13 = 0x4aa000; 0x201 << 13 = 0x402000
  expect([...new Uint32Array(out.buffer)]).toEqual([0x7fcaa000, 0xffc02000]);
  expect(new Uint32Array(widened([0x7fc1], "BF16").buffer)[0]).toBe(0x7fc10000);
});

test("F32 is copied, from bytes at any offset", () => {
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setFloat32(1, 1.5, true);
  new DataView(bytes.buffer).setFloat32(5, -0, true);
  const out = new Float32Array(2);
  widen(bytes.subarray(1), "F32", out);
  expect([...out]).toEqual([1.5, -0]);
});

test("bytes that are not the elements are refused with the counts", () => {
  expect(() => widen(new Uint8Array(5), "F16", new Float32Array(2))).toThrow(
    "widen: 2 elements of F16 are 4 bytes, got 5",
  );
  expect(() => widen(new Uint8Array(4), "F32", new Float32Array(2))).toThrow(
    "widen: 2 elements of F32 are 8 bytes, got 4",
  );
});

test("bytes of an element", () => {
  expect(BYTES_PER_ELEMENT).toEqual({ F32: 4, F16: 2, BF16: 2, I8: 1 });
});
