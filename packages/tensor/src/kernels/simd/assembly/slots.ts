/** Reads the slots of a job (../constants.ts) as each kind of argument. */
import { SLOTS } from "../constants";

// @ts-expect-error: decorator
@inline
export function pointer(slot: i32): usize {
  return <usize>load<u32>(SLOTS + (<usize>slot << 2));
}
// @ts-expect-error: decorator
@inline
export function int(slot: i32): i32 {
  return load<i32>(SLOTS + (<usize>slot << 2));
}
// @ts-expect-error: decorator
@inline
export function float(slot: i32): f32 {
  return load<f32>(SLOTS + (<usize>slot << 2));
}
