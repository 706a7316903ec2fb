/** How numbers are stored, in files and in panels. */
import { F32, I8 } from "../constants";
export { F16, F32, I8 } from "../constants";

/** log2 of the bytes that a number takes. */
// @ts-expect-error: decorator
@inline
export function shiftOf(dtype: i32): i32 {
  return dtype == F32 ? 2 : dtype == I8 ? 0 : 1;
}
