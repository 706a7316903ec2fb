/**
 * out = x W + bias for an int8 weight (pack-int8.ts). Each row of x is quantized first, symmetrically and by itself: 127 steps up to
 * its largest magnitude. Sums are integers, so they have the same bits for every tile, every number of threads, and with relaxed
 * SIMD or without; the two scales and the bias come last.
 *
 *   out[i, j] = xScale[i] scale[j] (sum over t of xq[i, t] (q[t, j] + 64) - 64 sum over t of xq[i, t]) + bias[j]
 *
 * q + 64 is 1 .. 127: the dot product of bytes that relaxed SIMD has is defined alike everywhere for such an operand.
 * Four inputs of four outputs meet four inputs of a row, repeated: lane j is output j, and there is nothing to add up across lanes.
 *
 * A quantized row:  scale f32 | 64 sum i32 | 8 unused bytes | xq, filled up with zeros to a multiple of 16
 */
const HEAD: usize = 16; // bytes before a row's numbers
const ROW_BLOCK: i32 = 160; // rows that stay in the L2 cache while all panels pass over them
const NEVER: usize = 1; // no row begins there
const SUMS: usize = 16_384; // in the pool's page, 256 bytes a thread
const TRIAL: usize = 32_768; // in the pool's page, 4 KB

// @ts-expect-error: decorator
@inline
function rowStride(k: i32): usize {
  return HEAD + (<usize>(k + 15) & ~15);
}

/** Rows [begin, end) of x [m, k], quantized. */
export function quantizeRows(rows: usize, x: usize, k: i32, begin: i32, end: i32): void {
  const stride = rowStride(k);
  for (let i = begin; i < end; i++) quantizeRow(rows + <usize>i * stride, x + ((<usize>i * k) << 2), k);
}

function quantizeRow(row: usize, x: usize, k: i32): void {
  const peak = peakOf(x, k);
  const factor = f32x4.splat(<f32>127 / peak);
  let sums = i32x4.splat(0);
  let t = 0;
  for (; t + 4 <= k; t += 4) {
    const q = step(v128.load(x + (<usize>t << 2)), factor);
    sums = i32x4.add(sums, q);
    const pairs = i16x8.narrow_i32x4_s(q, q);
    store<i32>(row + HEAD + t, i32x4.extract_lane(i8x16.narrow_i16x8_s(pairs, pairs), 0));
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; t < k; t++) {
    const q = i32x4.extract_lane(step(v128.load_splat<f32>(x + (<usize>t << 2)), factor), 0);
    sum += q;
    store<i8>(row + HEAD + t, <i8>q);
  }
  for (; t & 15; t++) store<i8>(row + HEAD + t, 0);
  store<f32>(row, peak / 127);
  store<i32>(row, sum << 6, 4);
}

/** The largest magnitude; NaN if there is one. */
function peakOf(x: usize, k: i32): f32 {
  let four = f32x4.splat(0);
  let t = 0;
  for (; t + 4 <= k; t += 4) four = f32x4.max(four, f32x4.abs(v128.load(x + (<usize>t << 2))));
  const pairs = f32x4.max(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
  let peak = max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
  for (; t < k; t++) peak = max(peak, abs(load<f32>(x + (<usize>t << 2))));
  return peak;
}

/** -127 .. 127. In a row of zeros, or with an infinity in it, a product may be NaN, which becomes 0. */
// @ts-expect-error: decorator
@inline
function step(x: v128, factor: v128): v128 {
  const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(x, factor)));
  return i32x4.max_s(i32x4.splat(-127), i32x4.min_s(i32x4.splat(127), q));
}

/** Panels [begin, end) of out [m, n]; x is m quantized rows, scales are [n], `bias` may be 0. `fused`: see `dot`. */
export function linearInt8(
  out: usize, x: usize, weight: usize, scales: usize, bias: usize, m: i32, k: i32, n: i32, fused: bool, begin: i32, end: i32, thread: i32,
): void {
  const stride = rowStride(k), groups = (k + 3) >> 2, panelBytes = <usize>groups << 5;
  const sums = SUMS + (<usize>thread << 8);
  const tiled = m - (m % 4);
  for (let first = 0; first < tiled; first += ROW_BLOCK) {
    const last = min(first + ROW_BLOCK, tiled);
    for (let panel = begin; panel < end; panel++) {
      const w = weight + <usize>panel * panelBytes;
      for (let i = first; i < last; i += 4) {
        const row = x + <usize>i * stride;
        if (fused) tile(true, sums, row, stride, w, groups);
        else tile(false, sums, row, stride, w, groups);
        for (let r = 0; r < 4; r++) finish(out, sums + (r << 5), row + <usize>r * stride, scales, bias, i + r, n, panel);
      }
    }
  }
  for (let panel = begin; panel < end; panel++) {
    const w = weight + <usize>panel * panelBytes;
    for (let i = tiled; i < m; i++) {
      const row = x + <usize>i * stride;
      if (fused) oneRow(true, sums, row, w, groups);
      else oneRow(false, sums, row, w, groups);
      finish(out, sums, row, scales, bias, i, n, panel);
    }
  }
}

/** True if this engine computes with fused dot products what it computes without: asked once, of code that is not yet optimised. */
export function fusedDotsAgree(): bool {
  const w = TRIAL + 1024, groups = 5, sums = TRIAL + 2048;
  for (let i: usize = 0; i < 1024; i++) {
    store<i8>(TRIAL + i, <i8>(i * 37));
    store<u8>(w + i, <u8>((i * 53) & 127));
  }
  oneRow(true, sums, TRIAL, w, groups);
  oneRow(false, sums + 32, TRIAL, w, groups);
  tile(true, sums + 64, TRIAL, 64, w, groups);
  tile(false, sums + 192, TRIAL, 64, w, groups);
  return memory.compare(sums, sums + 32, 32) == 0 && memory.compare(sums + 64, sums + 192, 128) == 0;
}

/** Eight sums of one row. Sixteen inputs a turn, 128 bytes of one stream, in eight accumulators. */
// @ts-expect-error: decorator
@inline
function oneRow(fused: bool, sums: usize, row: usize, w: usize, groups: i32): void {
  let a0 = i32x4.splat(-load<i32>(row, 4)), a1 = a0;
  let a2 = i32x4.splat(0), a3 = a2, a4 = a2, a5 = a2, a6 = a2, a7 = a2;
  let x = row + HEAD;
  const inFours = x + (<usize>(groups & ~3) << 2), end = x + (<usize>groups << 2);
  while (x < inFours) {
    const x0 = v128.load_splat<i32>(x, 0);
    a0 = dot(fused, v128.load(w, 0), x0, a0);
    a1 = dot(fused, v128.load(w, 16), x0, a1);
    const x1 = v128.load_splat<i32>(x, 4);
    a2 = dot(fused, v128.load(w, 32), x1, a2);
    a3 = dot(fused, v128.load(w, 48), x1, a3);
    if (x == NEVER) break;
    const x2 = v128.load_splat<i32>(x, 8);
    a4 = dot(fused, v128.load(w, 64), x2, a4);
    a5 = dot(fused, v128.load(w, 80), x2, a5);
    const x3 = v128.load_splat<i32>(x, 12);
    a6 = dot(fused, v128.load(w, 96), x3, a6);
    a7 = dot(fused, v128.load(w, 112), x3, a7);
    x += 16;
    w += 128;
  }
  for (; x < end; x += 4, w += 32) {
    const x0 = v128.load_splat<i32>(x);
    a0 = dot(fused, v128.load(w, 0), x0, a0);
    a1 = dot(fused, v128.load(w, 16), x0, a1);
  }
  v128.store(sums, i32x4.add(i32x4.add(a0, a2), i32x4.add(a4, a6)));
  v128.store(sums, i32x4.add(i32x4.add(a1, a3), i32x4.add(a5, a7)), 16);
}

/**
 * Eight sums each of four rows. V8 keeps two registers for what it takes without VNNI: five and six rows spill, and reach 0.6 of the speed
 * of four on Node 24.
 */
// @ts-expect-error: decorator
@inline
function tile(fused: bool, sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  let a0 = i32x4.splat(-load<i32>(row, 4)), b0 = a0;
  let a1 = i32x4.splat(-load<i32>(row + stride, 4)), b1 = a1;
  let a2 = i32x4.splat(-load<i32>(row + 2 * stride, 4)), b2 = a2;
  let a3 = i32x4.splat(-load<i32>(row + 3 * stride, 4)), b3 = a3;
  let x0 = row + HEAD, x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
  for (const end = x0 + (<usize>groups << 2); x0 < end; w += 32) {
    const w0 = v128.load(w, 0), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<i32>(x0);
    a0 = dot(fused, w0, s0, a0);
    b0 = dot(fused, w1, s0, b0);
    const s1 = v128.load_splat<i32>(x1);
    a1 = dot(fused, w0, s1, a1);
    b1 = dot(fused, w1, s1, b1);
    if (x0 == NEVER) break;
    const s2 = v128.load_splat<i32>(x2);
    a2 = dot(fused, w0, s2, a2);
    b2 = dot(fused, w1, s2, b2);
    const s3 = v128.load_splat<i32>(x3);
    a3 = dot(fused, w0, s3, a3);
    b3 = dot(fused, w1, s3, b3);
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  v128.store(sums, a0, 0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

/**
 * sum + the dot products of four bytes each of w, 0 .. 127, and x, signed. Fused is one instruction where the processor has it and V8 knows
 * that (Node 24), five where not; the baseline code of Node 20's V8 doubles the product and forgets the sum. In two steps: three.
 */
// @ts-expect-error: decorator
@inline
function dot(fused: bool, w: v128, x: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (fused) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, w, sum);
    return i32x4.add(sum, i32x4.dot_i16x8_s(v128.relaxed_dot<i16>(x, w), i16x8.splat(1)));
  }
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), i16x8.extend_low_i8x16_s(x));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w), i16x8.extend_high_i8x16_s(x));
  const pairs = i32x4.add(i32x4.shuffle(low, high, 0, 2, 4, 6), i32x4.shuffle(low, high, 1, 3, 5, 7));
  return i32x4.add(sum, pairs);
}

/** out[i, 8 panel ..] = sums times both scales + bias, as many of the 8 as there are. */
// @ts-expect-error: decorator
@inline
function finish(out: usize, sums: usize, row: usize, scales: usize, bias: usize, i: i32, n: i32, panel: i32): void {
  const at = <usize>panel << 5;
  const place = out + ((<usize>i * n) << 2) + at;
  const count = min(8, n - panel * 8);
  const scale = load<f32>(row);
  if (count == 8) {
    const factor = f32x4.splat(scale);
    let low = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), v128.load(scales + at)), factor);
    let high = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums, 16)), v128.load(scales + at, 16)), factor);
    if (bias) {
      low = f32x4.add(low, v128.load(bias + at));
      high = f32x4.add(high, v128.load(bias + at, 16));
    }
    v128.store(place, low);
    v128.store(place, high, 16);
  } else {
    for (let j: usize = 0; j < <usize>count << 2; j += 4) {
      const product = <f32>load<i32>(sums + j) * load<f32>(scales + at + j) * scale;
      store<f32>(place + j, bias ? product + load<f32>(bias + at + j) : product);
    }
  }
}
