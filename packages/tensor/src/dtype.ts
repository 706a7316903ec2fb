/**
 * The stored formats. Float formats widen to float32 exactly. F16: IEEE 754 binary16. BF16: the upper 16 bits of a
 * float32. int8: q times a scale, q from -63 to 63, the scale the largest magnitude / 63. Bytes are little-endian. The
 * simd kernels (kernels/simd/assembly) give the same bits.
 */
import { unsupportedDtype } from "./errors.ts";
import { StorageError } from "./storage-error.ts";
import type { FloatDtype, StoredDtype, WeightDtype } from "./weight.ts";

/** Bytes that an element takes in each stored dtype. */
export const BYTES_PER_ELEMENT: Readonly<Record<StoredDtype, number>> = { F32: 4, F16: 2, BF16: 2, I8: 1 };

/** The stored format of each dtype. */
export const STORED_AS = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  int8: "I8",
} as const satisfies Readonly<Record<WeightDtype, StoredDtype>>;

/** The dtypes whose numbers are multiplied by a scale, one per output, which lies next to them. */
export const HAS_SCALES: Readonly<Record<WeightDtype, boolean>> = { f32: false, f16: false, bf16: false, int8: true };

/** The largest q of int8. q + 64 is then 1 to 127, the operand range for which byte dot products are defined. */
export const INT8_LIMIT = 63;

/** Widens `bytes`, elements of `dtype`, into `out`. @throws RangeError if the counts differ. */
export function widen(bytes: Uint8Array, dtype: FloatDtype, out: Float32Array): void {
  const size = BYTES_PER_ELEMENT[dtype];
  if (bytes.length !== out.length * size) {
    throw new RangeError(
      `widen: ${out.length} elements of ${dtype} are ${out.length * size} bytes, got ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length); // bits, so that a NaN keeps its payload
  switch (dtype) {
    case "F32":
      for (let i = 0; i < bits.length; i++) bits[i] = view.getUint32(4 * i, true);
      break;
    case "BF16":
      for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      break;
    case "F16":
      for (let i = 0; i < bits.length; i++) bits[i] = float16Bits(view.getUint16(2 * i, true));
      break;
    default:
      unsupportedDtype("widen", dtype);
  }
}

/** The scale of an output whose largest magnitude is `peak`. @throws StorageError if that is infinite or NaN */
export function int8Scale(peak: number): number {
  if (!Number.isFinite(peak)) throw new StorageError("int8");
  return Math.fround(peak / INT8_LIMIT);
}

/** q of a weight: w / scale, a float32, rounded to nearest even; 0 where the scale is 0. */
export function quantize(w: number, scale: number): number {
  const q = roundToEven(Math.fround(w / scale));
  return Math.max(-INT8_LIMIT, Math.min(INT8_LIMIT, q || 0)); // 0 / 0 is NaN
}

/** Rounds to the nearest integer, ties to even. */
export function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The bits of the float32 that equals a float16. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13); // infinity, NaN
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13); // 112 = 127 - 15, the biases
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // subnormal: shift the leading 1 up to the implicit place
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}
