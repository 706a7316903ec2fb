/**
 * e^x for four numbers. x = n ln 2 + r with |r| <= ln 2 / 2; e^r by a polynomial of degree 6 with coefficients fitted
 * to that range (Cephes' expf, within 2 units in the last place), times 2^n through the exponent bits. Below -87.68 the
 * result is 0 (the reference returns the float32 value there), above 88.38 Infinity; NaN stays NaN.
 */
import { madd } from "./madd";

/**
 * In memory, at --memoryBase of build-kernels.js: V8 in Node 24 rebuilds an immediate constant at each use, in three
 * instructions.
 */
const CONSTANTS = memory.data<f32>([
  -88, 89, // the range outside of which n is -127 and 128: an exponent's bits of 0, and of Infinity
  1.44269504, // 1 / ln 2
  // at 1.5 * 2^23 a float32 has no fraction bits: the sum is rounded to an integer, with n + 127 in its last bits
  12_582_912 + 127,
  -0.693359375, 2.12194440e-4, // -ln 2 in two parts
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1,
]);

// @ts-expect-error: decorator
@inline
function constant(i: usize): v128 {
  return v128.load_splat<f32>(CONSTANTS + (i << 2));
}

// @ts-expect-error: decorator
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(0)), constant(1)); // NaN stays
  const rounded = madd(bounded, constant(2), constant(3));
  const n = f32x4.sub(rounded, constant(3));
  let r = madd(n, constant(4), bounded);
  r = madd(n, constant(5), r);
  let p = madd(constant(6), r, constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = madd(p, r, constant(10));
  p = madd(p, r, constant(11));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, constant(12)));
  return f32x4.mul(p, i32x4.shl(rounded, 23));
}

/** e^x of one number. */
export function expOf(x: f32): f32 {
  return f32x4.extract_lane(exp(f32x4.splat(x)), 0);
}
