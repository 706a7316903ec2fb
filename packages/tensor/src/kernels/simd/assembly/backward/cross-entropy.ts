/**
 * Logits to their gradient, in place, a row at a time. Differences from the reference: exponentials are float32
 * (../exp.ts), summed in float64. The logarithm is left to JavaScript, which gets what it needs of each row.
 */
import { exp, expOf } from "../exp";
import { maxOf } from "../softmax";

/**
 * Rows [begin, end) of g[i, j] = factor (softmax of x[i] at j - (1 if j = targets[i], else 0)), where g is x [m, n].
 * parts [m, 3] of float64: the row's maximum, the sum of exp(x - maximum), and x at the target.
 */
export function crossEntropy(x: usize, parts: usize, targets: usize, n: i32, factor: f32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const row = x + ((<usize>i * n) << 2), part = parts + <usize>i * 24;
    const target = row + (<usize>load<i32>(targets + (<usize>i << 2)) << 2);
    const max = maxOf(row, n);
    store<f64>(part, <f64>max);
    store<f64>(part, <f64>load<f32>(target), 16);
    const sum = exponentials(row, n, max);
    store<f64>(part, sum, 8);
    multiply(row, n, <f32>(<f64>factor / sum));
    store<f32>(target, load<f32>(target) - factor);
  }
}

/** x = exp(x - max). Returns the sum. */
export function exponentials(x: usize, n: i32, max: f32): f64 {
  const shift = f32x4.splat(max), end = x + (<usize>n << 2);
  let sums = f64x2.splat(0);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) {
    const e = exp(f32x4.sub(v128.load(x), shift));
    v128.store(x, e);
    const pairs = f64x2.add(f64x2.promote_low_f32x4(e), f64x2.promote_low_f32x4(i32x4.shuffle(e, e, 2, 3, 2, 3)));
    sums = f64x2.add(sums, pairs);
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; x < end; x += 4) {
    const e = expOf(load<f32>(x) - max);
    store<f32>(x, e);
    sum += <f64>e;
  }
  return sum;
}

function multiply(x: usize, n: i32, factor: f32): void {
  const factors = f32x4.splat(factor), end = x + (<usize>n << 2);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) v128.store(x, f32x4.mul(v128.load(x), factors));
  for (; x < end; x += 4) store<f32>(x, load<f32>(x) * factor);
}
