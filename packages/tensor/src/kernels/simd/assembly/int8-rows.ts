/**
 * Rows for int8.ts, each quantized symmetrically by itself, in 127 steps up to its largest magnitude.
 *
 *   A quantized row:  scale f32 | 64 sum i32 | 8 unused bytes | xq, padded with zeros to a multiple of 16
 */
// @ts-expect-error: decorator
@inline
export const HEAD: usize = 16; // bytes before a row's numbers

// @ts-expect-error: decorator
@inline
export function rowStride(k: i32): usize {
  return HEAD + (<usize>(k + 15) & ~15);
}

/** Rows [begin, end) of x [m, k], quantized. */
export function quantizeRows(rows: usize, x: usize, k: i32, begin: i32, end: i32): void {
  const stride = rowStride(k);
  for (let i = begin; i < end; i++) quantizeRow(rows + <usize>i * stride, x + ((<usize>i * k) << 2), k);
}

function quantizeRow(row: usize, x: usize, k: i32): void {
  const peak = peakOf(x, k);
  const steps = <f32>127 / peak;
  const factor = f32x4.splat(steps <= f32.MAX_VALUE ? steps : 0);
  let sums = i32x4.splat(0);
  let t = 0;
  for (; t + 16 <= k; t += 16) {
    const at = x + (<usize>t << 2);
    const low = i16x8.narrow_i32x4_s(step(v128.load(at), factor), step(v128.load(at, 16), factor));
    const high = i16x8.narrow_i32x4_s(step(v128.load(at, 32), factor), step(v128.load(at, 48), factor));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.add(low, high)));
    v128.store(row + HEAD + t, i8x16.narrow_i16x8_s(low, high));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  sum = sum + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; t < k; t++) {
    const q = i32x4.extract_lane(step(v128.load_splat<f32>(x + (<usize>t << 2)), factor), 0);
    sum += q;
    store<i8>(row + HEAD + t, <i8>q);
  }
  for (; t & 15; t++) store<i8>(row + HEAD + t, 0);
  store<f32>(row, peak <= f32.MAX_VALUE ? peak / 127 : NaN);
  store<i32>(row, sum << 6, 4);
}

/**
 * The largest magnitude; NaN if there is one: without the sign bit, floats compare like their bits, and NaN is above
 * infinity.
 */
function peakOf(x: usize, k: i32): f32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let a = i32x4.splat(0), b = a;
  let t = 0;
  for (; t + 8 <= k; t += 8) {
    const at = x + (<usize>t << 2);
    a = i32x4.max_s(a, v128.and(v128.load(at), magnitude));
    b = i32x4.max_s(b, v128.and(v128.load(at, 16), magnitude));
  }
  a = i32x4.max_s(a, b);
  for (; t < k; t++) a = i32x4.max_s(a, v128.and(v128.load32_zero(x + (<usize>t << 2)), magnitude));
  a = i32x4.max_s(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  return reinterpret<f32>(max(i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1)));
}

/**
 * x times factor, rounded to nearest even: at 1.5 * 2^23 a float32 has no fraction bits, and its last bits are the
 * integer. The result for NaN and infinity is arbitrary; the scale of such a row is NaN.
 */
// @ts-expect-error: decorator
@inline
function step(x: v128, factor: v128): v128 {
  const shifted = f32x4.add(f32x4.mul(x, factor), f32x4.splat(12_582_912));
  return i32x4.sub(shifted, f32x4.splat(12_582_912));
}
