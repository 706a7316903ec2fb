/** How numbers are stored, in files and in panels. A number that names no dtype traps: it is not taken for another. */
import { BF16, F16, F32, I8 } from "../constants";
export { BF16, F16, F32, I8 } from "../constants";

/** log2 of the bytes that a number takes. */
// @ts-expect-error: decorator
@inline
export function shiftOf(dtype: i32): i32 {
  if (dtype == F32) return 2;
  if (dtype == F16 || dtype == BF16) return 1;
  if (dtype == I8) return 0;
  return unreachable();
}

/** Traps unless the dtype is a float format. Called before a loop, so that its body need not test for the last one. */
export function checkFloat(dtype: i32): void {
  if (dtype != F32 && dtype != F16 && dtype != BF16) unreachable();
}

/** Traps unless files store the dtype; likewise. */
export function checkStored(dtype: i32): void {
  if (dtype != I8) checkFloat(dtype);
}
