/**
 * float32 to the stored formats, rounded to nearest, ties to even, as torch does: the inverse of `widen` (dtype.ts).
 */
import { BYTES_PER_ELEMENT } from "./dtype.ts";
import { unsupportedDtype } from "./errors.ts";
import type { FloatDtype } from "./weight.ts";

/**
 * Writes `values` as elements of `dtype` into `out`; values too large for F16 become infinity. @throws RangeError if
 * the counts differ
 */
export function narrow(values: Float32Array, dtype: FloatDtype, out: Uint8Array): void {
  const size = BYTES_PER_ELEMENT[dtype];
  if (out.length !== values.length * size) {
    throw new RangeError(
      `narrow: ${values.length} values of ${dtype} are ${values.length * size} bytes, got ${out.length}`,
    );
  }
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  switch (dtype) {
    case "F32":
      for (let i = 0; i < bits.length; i++) view.setUint32(4 * i, bits[i], true);
      break;
    case "BF16":
      for (let i = 0; i < bits.length; i++) view.setUint16(2 * i, bfloat16(bits[i]), true);
      break;
    case "F16":
      for (let i = 0; i < bits.length; i++) view.setUint16(2 * i, float16(bits[i]), true);
      break;
    default:
      unsupportedDtype("narrow", dtype);
  }
}

/** The nearest bfloat16 of a float32, both as bits. */
function bfloat16(bits: number): number {
  // a NaN with payload bits in the lower half only would become infinity
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return roundOff(bits, 16);
}

/** The nearest float16 of a float32, both as bits. */
function float16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x1ff); // NaN
  if (size >= 0x477ff000) return sign | 0x7c00; // 65520 and above: infinity
  if (size >= 0x38800000) return sign | roundOff(size - (112 << 23), 13); // 112 = 127 - 15, the biases
  const shift = 126 - (size >>> 23); // subnormal: steps of 2^-24
  return shift > 24 ? sign : sign | roundOff((size & 0x7fffff) | 0x800000, shift);
}

/**
 * `bits` without its last `count` bits, rounded to nearest, ties to even; a carry goes into the exponent, as intended.
 */
function roundOff(bits: number, count: number): number {
  const even = (bits >>> count) & 1;
  return ((bits + 2 ** (count - 1) - 1 + even) / 2 ** count) >>> 0;
}
