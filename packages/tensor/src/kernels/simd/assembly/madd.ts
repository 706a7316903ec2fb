/**
 * The multiply-add of all kernels. With relaxed SIMD it is one instruction with one rounding, otherwise a
 * multiplication and an addition, which take its place before the module is compiled (../without-relaxed.ts).
 */

/** a * b + c, lane by lane. */
// @ts-expect-error: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/** The sum of the four lanes. */
// @ts-expect-error: decorator
@inline
export function sumOfLanes(x: v128): f32 {
  const pairs = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
