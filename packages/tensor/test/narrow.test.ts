import { expect, test } from "vitest";
import { BYTES_PER_ELEMENT, widen } from "../src/dtype.ts";
import { narrow } from "../src/narrow.ts";
import type { FloatDtype } from "../src/weight.ts";

/** The bits of one number in two bytes. */
function bits(value: number, dtype: FloatDtype): number {
  const out = new Uint8Array(2);
  narrow(Float32Array.of(value), dtype, out);
  return new DataView(out.buffer).getUint16(0, true);
}

test.each(["F16", "BF16"] as const)("every %s that is a number is itself again", (dtype) => {
  const all = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer);
  const values = new Float32Array(65_536);
  widen(all, dtype, values);
  const again = new Uint8Array(all.length);
  narrow(values, dtype, again);
  const [before, after] = [new Uint16Array(all.buffer), new Uint16Array(again.buffer)];
  expect([...after].filter((value, i) => value !== before[i] && !Number.isNaN(values[i]))).toEqual([]);
});

test.each([
  [1 + 2 ** -11, 0x3c00, "a tie goes down to even"],
  [1 + 3 * 2 ** -11, 0x3c02, "a tie goes up to even"],
  [1 + 2 ** -11 + 2 ** -20, 0x3c01, "above a tie goes up"],
  [2 - 2 ** -12, 0x4000, "a carry goes into the exponent"],
  [65_519, 0x7bff, "below 65520 is still the largest"],
  [65_520, 0x7c00, "65520 is infinity"],
  [-1e30, 0xfc00, "so is what no float16 reaches"],
  [2 ** -25, 0, "half the smallest is a tie with 0"],
  [-1.5 * 2 ** -25, 0x8001, "above half the smallest is the smallest"],
  [3 * 2 ** -25, 2, "a tie of two subnormals"],
  [2 ** -14 - 2 ** -26, 0x0400, "a subnormal rounds up to the smallest normal"],
  [-0, 0x8000, "-0"],
])("%d as F16 is %i: %s", (value, expected) => {
  expect(bits(value, "F16")).toBe(expected);
});

test.each([
  [1 + 2 ** -8, 0x3f80, "a tie goes down to even"],
  [1 + 3 * 2 ** -8, 0x3f82, "a tie goes up to even"],
  [3.4e38, 0x7f80, "beyond the largest is infinity"],
  [-Number.POSITIVE_INFINITY, 0xff80, "-infinity"],
])("%d as BF16 is %i: %s", (value, expected) => {
  expect(bits(value, "BF16")).toBe(expected);
});

test.each(["F16", "BF16"] as const)(
  "not a number stays none as %s, even with its payload in the last bits",
  (dtype) => {
    const value = new Float32Array(Uint32Array.of(0x7f800001).buffer);
    const out = new Uint8Array(2);
    narrow(value, dtype, out);
    widen(out, dtype, value);
    expect(value[0]).toBeNaN();
  },
);

test("F32 is copied, bit for bit", () => {
  const out = new Uint8Array(8);
  narrow(Float32Array.of(0.1, -0), "F32", out);
  expect([...new Float32Array(out.buffer)]).toEqual([Math.fround(0.1), -0]);
});

test("counts that differ are refused", () => {
  expect(() => narrow(new Float32Array(3), "F16", new Uint8Array(3 * BYTES_PER_ELEMENT.F32))).toThrow(
    "narrow: 3 values of F16 are 6 bytes, got 12",
  );
});
