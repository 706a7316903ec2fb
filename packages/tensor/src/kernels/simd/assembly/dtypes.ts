/** How numbers are stored, in files and in panels, as the arguments of a job name it: ../dtypes.ts has the same. */
// @ts-expect-error: decorator
@inline
export const F32: i32 = 0;
// @ts-expect-error: decorator
@inline
export const F16: i32 = 1;
// 2 is BF16, what is left when the others are not it
// @ts-expect-error: decorator
@inline
export const I8: i32 = 3;

/** log2 of the bytes that a number takes. */
// @ts-expect-error: decorator
@inline
export function shiftOf(dtype: i32): i32 {
  return dtype == F32 ? 2 : dtype == I8 ? 0 : 1;
}
