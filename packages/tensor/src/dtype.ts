/**
 * The stored formats and their widening to float32, exact in every case: F16 and BF16 values are all float32 values.
 * F16: IEEE 754 binary16. BF16: the upper 16 bits of a float32. Bytes are little-endian.
 */
import type { StoredDtype } from "./weight.ts";

export const BYTES_PER_ELEMENT: Readonly<Record<StoredDtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** Widens `bytes`, elements of `dtype`, into `out`. @throws RangeError if the counts differ. */
export function widen(bytes: Uint8Array, dtype: StoredDtype, out: Float32Array): void {
  const size = BYTES_PER_ELEMENT[dtype];
  if (bytes.length !== out.length * size) {
    throw new RangeError(
      `widen: ${out.length} elements of ${dtype} are ${out.length * size} bytes, got ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length); // bits, so that a NaN keeps its payload
  if (dtype === "F32") for (let i = 0; i < bits.length; i++) bits[i] = view.getUint32(4 * i, true);
  else if (dtype === "BF16") for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  else for (let i = 0; i < bits.length; i++) bits[i] = float16Bits(view.getUint16(2 * i, true));
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
