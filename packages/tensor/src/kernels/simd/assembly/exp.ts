/**
 * e^x for four numbers. x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial of degree 6 with coefficients
 * fitted over that range (Cephes' expf, within 2 units in the last place), times 2^n put into the exponent's bits.
 * Below -87.33 the result is 0 (the reference has a subnormal there), above 88.72 it is Infinity; NaN stays NaN.
 */
import { madd } from "./madd";

// @ts-expect-error: decorator
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.min(f32x4.max(x, f32x4.splat(-87.33654)), f32x4.splat(88.722839));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  let r = madd(n, f32x4.splat(-0.693359375), bounded);
  r = madd(n, f32x4.splat(2.12194440e-4), r);
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  const exponent = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(exponent, 1); // in two factors, for n = 128 has no float32 of its own
  const power = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const rest = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), i32x4.splat(127)), 23);
  const result = v128.bitselect(f32x4.splat(Infinity), f32x4.mul(f32x4.mul(p, power), rest), f32x4.gt(x, f32x4.splat(88.722839)));
  return v128.andnot(result, f32x4.lt(x, f32x4.splat(-87.33654)));
}

/** e^x of one number. */
export function expOf(x: f32): f32 {
  return f32x4.extract_lane(exp(f32x4.splat(x)), 0);
}
