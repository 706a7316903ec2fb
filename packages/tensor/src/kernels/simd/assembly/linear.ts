/**
 * out = x W + bias for a weight packed in panels: 8 outputs side by side, all k inputs of them one after the other,
 *
 *   W [k, n]          panel 0: w[0, 0..7] w[1, 0..7] ... w[k-1, 0..7]      panel 1: w[0, 8..15] ...
 *
 * so that both shapes of the product read memory in the order it lies. What differs from the reference: sums are float32,
 * in eight accumulators; a tied head is packed the same way from its transpose.
 *
 *   one row (decode): bound by reading W. One sequential stream, 4 inputs x 8 outputs in 8 accumulators.
 *   four rows (prefill): bound by multiply-adds. A tile of 4 rows x 8 outputs in 8 accumulators; the k inputs are taken
 *   in blocks, so that a block of a panel (16 KB) stays in the L1 cache while all rows pass over it.
 */
import { madd } from "./madd";

const LANES: i32 = 8; // outputs of a panel
const K_BLOCK: i32 = 512; // inputs of a block

/** Panels [begin, end) of out [m, n] = x [m, k] W + bias; `bias` may be 0. A last, partial panel is padded with zeros. */
export function linear(
  out: usize, x: usize, weight: usize, bias: usize, m: i32, k: i32, n: i32, begin: i32, end: i32,
): void {
  const rowsInFours = m & ~3;
  if (rowsInFours > 0) {
    for (let from = 0; from < k; from += K_BLOCK) {
      const to = min(from + K_BLOCK, k);
      for (let panel = begin; panel < end; panel++) {
        const w = weight + (((<usize>panel * k + from) * LANES) << 2);
        for (let i = 0; i < rowsInFours; i += 4) fourRows(out, x, w, bias, i, k, n, panel, from, to);
      }
    }
  }
  for (let panel = begin; panel < end; panel++) {
    const w = weight + ((<usize>panel * k * LANES) << 2);
    for (let i = rowsInFours; i < m; i++) {
      oneRow(out + ((<usize>i * n) << 2), x + ((<usize>i * k) << 2), w, bias, k, n, panel);
    }
  }
}

// @ts-expect-error: decorator
@inline
function oneRow(outRow: usize, x: usize, w: usize, bias: usize, k: i32, n: i32, panel: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  const inFours = x + (<usize>(k & ~3) << 2);
  const xEnd = x + (<usize>k << 2);
  for (; x < inFours; x += 16, w += 128) {
    const x0 = v128.load_splat<f32>(x, 0);
    a0 = madd(x0, v128.load(w, 0), a0);
    a1 = madd(x0, v128.load(w, 16), a1);
    const x1 = v128.load_splat<f32>(x, 4);
    a2 = madd(x1, v128.load(w, 32), a2);
    a3 = madd(x1, v128.load(w, 48), a3);
    const x2 = v128.load_splat<f32>(x, 8);
    a4 = madd(x2, v128.load(w, 64), a4);
    a5 = madd(x2, v128.load(w, 80), a5);
    const x3 = v128.load_splat<f32>(x, 12);
    a6 = madd(x3, v128.load(w, 96), a6);
    a7 = madd(x3, v128.load(w, 112), a7);
  }
  for (; x < xEnd; x += 4, w += 32) {
    const x0 = v128.load_splat<f32>(x);
    a0 = madd(x0, v128.load(w, 0), a0);
    a1 = madd(x0, v128.load(w, 16), a1);
  }
  const low = f32x4.add(f32x4.add(a0, a2), f32x4.add(a4, a6));
  const high = f32x4.add(f32x4.add(a1, a3), f32x4.add(a5, a7));
  storePanel(outRow, low, high, bias, n, panel);
}

/** Rows i .. i + 3 of one panel, inputs [from, to); the first block begins at 0, the last adds the bias. */
// @ts-expect-error: decorator
@inline
function fourRows(
  out: usize, x: usize, w: usize, bias: usize, i: i32, k: i32, n: i32, panel: i32, from: i32, to: i32,
): void {
  const rowBytes = <usize>k << 2;
  let x0 = x + <usize>i * rowBytes + (<usize>from << 2);
  let x1 = x0 + rowBytes, x2 = x1 + rowBytes, x3 = x2 + rowBytes;
  const xEnd = x0 + (<usize>(to - from) << 2);
  let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  for (; x0 < xEnd; x0 += 4, x1 += 4, x2 += 4, x3 += 4, w += 32) {
    const a = v128.load(w, 0), b = v128.load(w, 16);
    const s0 = v128.load_splat<f32>(x0);
    a0 = madd(s0, a, a0);
    b0 = madd(s0, b, b0);
    const s1 = v128.load_splat<f32>(x1);
    a1 = madd(s1, a, a1);
    b1 = madd(s1, b, b1);
    const s2 = v128.load_splat<f32>(x2);
    a2 = madd(s2, a, a2);
    b2 = madd(s2, b, b2);
    const s3 = v128.load_splat<f32>(x3);
    a3 = madd(s3, a, a3);
    b3 = madd(s3, b, b3);
  }
  const last = to == k ? bias : 0;
  const row = out + ((<usize>i * n) << 2);
  const stride = <usize>n << 2;
  if (from == 0) {
    storePanel(row, a0, b0, last, n, panel);
    storePanel(row + stride, a1, b1, last, n, panel);
    storePanel(row + 2 * stride, a2, b2, last, n, panel);
    storePanel(row + 3 * stride, a3, b3, last, n, panel);
  } else {
    addPanel(row, a0, b0, last, n, panel);
    addPanel(row + stride, a1, b1, last, n, panel);
    addPanel(row + 2 * stride, a2, b2, last, n, panel);
    addPanel(row + 3 * stride, a3, b3, last, n, panel);
  }
}

/** out[8 panel ..] = sums + bias, as many of the 8 as there are. */
function storePanel(outRow: usize, low: v128, high: v128, bias: usize, n: i32, panel: i32): void {
  const at = <usize>panel << 5;
  if ((panel + 1) * LANES <= n) {
    if (bias) {
      low = f32x4.add(low, v128.load(bias + at, 0));
      high = f32x4.add(high, v128.load(bias + at, 16));
    }
    v128.store(outRow + at, low, 0);
    v128.store(outRow + at, high, 16);
    return;
  }
  storeTail(outRow + at, low, high, bias ? bias + at : 0, n & 7);
}

/** The same, on top of what the blocks before have stored. */
function addPanel(outRow: usize, low: v128, high: v128, bias: usize, n: i32, panel: i32): void {
  const at = <usize>panel << 5;
  if ((panel + 1) * LANES <= n) {
    storePanel(outRow, f32x4.add(low, v128.load(outRow + at, 0)), f32x4.add(high, v128.load(outRow + at, 16)), bias, n, panel);
    return;
  }
  for (let j = 0, count = n & 7; j < count; j++) {
    const place = outRow + at + (j << 2);
    let sum = load<f32>(place) + laneOf(low, high, j);
    if (bias) sum += load<f32>(bias + at + (j << 2));
    store<f32>(place, sum);
  }
}

function storeTail(place: usize, low: v128, high: v128, bias: usize, count: i32): void {
  for (let j = 0; j < count; j++) {
    let sum = laneOf(low, high, j);
    if (bias) sum += load<f32>(bias + (j << 2));
    store<f32>(place + (j << 2), sum);
  }
}

/** Lane j of eight, j not known when compiled. */
function laneOf(low: v128, high: v128, j: i32): f32 {
  const four = j < 4 ? low : high;
  switch (j & 3) {
    case 0: return f32x4.extract_lane(four, 0);
    case 1: return f32x4.extract_lane(four, 1);
    case 2: return f32x4.extract_lane(four, 2);
    default: return f32x4.extract_lane(four, 3);
  }
}
