/**
 * Values as a file stores them, little-endian, and the fault flag for a value that the requested dtype cannot
 * represent. These are the bodies of loops: the dtype was checked before (`checkFloat`, `checkStored`), and what is
 * neither F32 nor I8 is F16 or BF16.
 */
import { FAULT } from "../constants";
import { F16, F32, I8 } from "./dtypes";
import { widenFour } from "./halves";

/** Records that a value cannot be represented in the requested dtype. */
export function fault(): void {
  atomic.store<i32>(FAULT, 1);
}

/** Four stored numbers, each in the lower bits of its lane; an int8 with its sign. */
// @ts-expect-error: decorator
@inline
export function stored(bytes: usize, index: usize, dtype: i32): v128 {
  if (dtype == F32) return v128.load(bytes + (index << 2));
  if (dtype == I8) return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load_zero<u32>(bytes + index)));
  return v128.load_ext<u16>(bytes + (index << 1));
}

/** One stored number, in each lane. */
export function one(bytes: usize, index: usize, dtype: i32): v128 {
  if (dtype == F32) return v128.load_splat<i32>(bytes + (index << 2));
  if (dtype == I8) return i32x4.splat(load<i8>(bytes + index));
  return i32x4.splat(load<u16>(bytes + (index << 1)));
}

/** float32 of stored floats. */
// @ts-expect-error: decorator
@inline
export function asFloat(bits: v128, dtype: i32): v128 {
  return dtype == F32 ? bits : widenFour(bits, dtype == F16);
}
