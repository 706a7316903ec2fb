/**
 * What works row by row: softmax and layer norm, and the sum of two tensors. Sums are float64, in two lanes: these rows are a
 * thousandth of a pass's time, and a mean that is large beside the deviation costs no digits.
 */
import { exp, expOf } from "./exp";

/** out = softmax of rows [begin, end) of x [*, n]. */
export function softmaxRows(out: usize, x: usize, n: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const at = (<usize>i * n) << 2;
    softmaxRow(out + at, x + at, n);
  }
}

/** One row; `out` may be `x`. As the reference: exp(x - max) / sum. */
export function softmaxRow(out: usize, x: usize, n: i32): void {
  const max = maxOf(x, n);
  const fours = n & ~3;
  const shift = f32x4.splat(max);
  let sums = f64x2.splat(0);
  for (let j = 0; j < fours; j += 4) {
    const e = exp(f32x4.sub(v128.load(x + (<usize>j << 2)), shift));
    v128.store(out + (<usize>j << 2), e);
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(e));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(i32x4.shuffle(e, e, 2, 3, 2, 3)));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (let j = fours; j < n; j++) {
    const e = expOf(load<f32>(x + (<usize>j << 2)) - max);
    store<f32>(out + (<usize>j << 2), e);
    sum += <f64>e;
  }
  const total = <f32>sum;
  for (let j = 0; j < fours; j += 4) {
    const at = out + (<usize>j << 2);
    v128.store(at, f32x4.div(v128.load(at), f32x4.splat(total)));
  }
  for (let j = fours; j < n; j++) {
    const at = out + (<usize>j << 2);
    store<f32>(at, load<f32>(at) / total);
  }
}

/** The largest of n numbers; NaN is passed over, and comes back through exp. */
function maxOf(x: usize, n: i32): f32 {
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

/** Rows [begin, end) of out = (x - mean) / sqrt(variance + epsilon) * weight + bias. */
export function layerNormRows(
  out: usize, x: usize, weight: usize, bias: usize, n: i32, epsilon: f32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const at = (<usize>i * n) << 2;
    layerNormRow(out + at, x + at, weight, bias, n, epsilon);
  }
}

function layerNormRow(out: usize, x: usize, weight: usize, bias: usize, n: i32, epsilon: f32): void {
  const pairs = n & ~1;
  let sums = f64x2.splat(0);
  for (let j = 0; j < pairs; j += 2) sums = f64x2.add(sums, pair(x, j));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (pairs < n) sum += <f64>load<f32>(x + (<usize>pairs << 2));
  const mean = sum / <f64>n;
  const means = f64x2.splat(mean);
  let squares = f64x2.splat(0);
  for (let j = 0; j < pairs; j += 2) {
    const d = f64x2.sub(pair(x, j), means);
    squares = f64x2.add(squares, f64x2.mul(d, d));
  }
  let square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  if (pairs < n) {
    const d = <f64>load<f32>(x + (<usize>pairs << 2)) - mean;
    square += d * d;
  }
  const scaling = 1 / Math.sqrt(square / <f64>n + <f64>epsilon);
  const scalings = f64x2.splat(scaling);
  for (let j = 0; j < pairs; j += 2) {
    const normal = f64x2.mul(f64x2.sub(pair(x, j), means), scalings);
    const y = f64x2.add(f64x2.mul(normal, pair(weight, j)), pair(bias, j));
    v128.store64_lane(out + (<usize>j << 2), f32x4.demote_f64x2_zero(y), 0);
  }
  if (pairs < n) {
    const at = <usize>pairs << 2;
    const normal = (<f64>load<f32>(x + at) - mean) * scaling;
    store<f32>(out + at, <f32>(normal * <f64>load<f32>(weight + at) + <f64>load<f32>(bias + at)));
  }
}

/** Elements j and j + 1 as float64. */
// @ts-expect-error: decorator
@inline
function pair(x: usize, j: i32): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x + (<usize>j << 2)));
}

/** out = a + b for count elements; `out` may be either. */
export function add(out: usize, a: usize, b: usize, count: i32): void {
  const fours = count & ~3;
  for (let i = 0; i < fours; i += 4) {
    const at = <usize>i << 2;
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (let i = fours; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}
