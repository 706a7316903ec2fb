/**
 * out = x W + bias for an int8 weight (pack-int8.ts). The rows of x are quantized first (int8-rows.ts). Sums are
 * integers, so they are exact and identical for every tile, number of threads, and with or without relaxed SIMD; the
 * two scales and the bias are applied last.
 *
 *   out[i, j] = xScale[i] scale[j] (sum over t of xq[i, t] (q[t, j] + 64) - 64 sum over t of xq[i, t]) + bias[j]
 *
 * q + 64 is 1 to 127: for such an operand the byte dot product of relaxed SIMD is defined the same everywhere. Four
 * inputs of four outputs are multiplied by four inputs of a row, repeated: lane j is output j, and no lanes have to be
 * added.
 *
 * The first of several rows is computed alone, so that a panel arrives from memory as fast as for a single row; the
 * tiles of the others find it in cache.
 */
import { FUSED_DOTS, PAIRED_DOTS, WIDENED_DOTS } from "../constants";
import { HEAD, rowStride } from "./int8-rows";

const ROW_BLOCK: i32 = 121; // rows that stay in the L2 cache while all panels use them: one, and 20 tiles of six
const NEVER: usize = 1; // no row starts there
const SUMS: usize = 16_384; // in the pool's page, 256 bytes a thread
const TRIAL: usize = 32_768; // in the pool's page, 4 KB
const ZEROS: usize = 0; // the memory's first bytes, which are never written

/** Panels [begin, end) of out [m, n]; x is m quantized rows, scales are [n], `bias` may be 0. `dots`: see `dot`. */
export function linearInt8(
  out: usize, x: usize, weight: usize, scales: usize, bias: usize, m: i32, k: i32, n: i32, dots: i32, begin: i32,
  end: i32, thread: i32,
): void {
  const stride = rowStride(k), groups = (k + 3) >> 2, panelBytes = <usize>groups << 5;
  const sums = SUMS + (<usize>thread << 8);
  for (let first = 0; first < m; first += ROW_BLOCK) {
    const last = min(first + ROW_BLOCK, m);
    for (let panel = begin; panel < end; panel++) {
      const w = weight + <usize>panel * panelBytes;
      for (let i = first, rows = 0; i < last; i += rows) {
        const row = x + <usize>i * stride;
        rows = sumsOfRows(sums, row, stride, w, groups, i == first ? 1 : last - i, dots);
        finish(out + ((<usize>i * n) << 2), sums, row, stride, rows, scales, bias, n, panel);
      }
    }
  }
}

/**
 * Computes eight sums for each of up to `left` rows, as many as one tile takes, and returns their number. Eight and
 * nine rows are two tiles of four and the rest.
 */
// @ts-expect-error: decorator
@inline
function sumsOfRows(sums: usize, row: usize, stride: usize, w: usize, groups: i32, left: i32, dots: i32): i32 {
  if (dots != PAIRED_DOTS && left >= 6 && left != 8 && left != 9) {
    if (dots == FUSED_DOTS) sixFused(sums, row, stride, w, groups);
    else sixWidened(sums, row, stride, w, groups);
    return 6;
  }
  if (left >= 4) {
    if (dots == FUSED_DOTS) fourFused(sums, row, stride, w, groups);
    else if (dots == PAIRED_DOTS) fourPaired(sums, row, stride, w, groups);
    else fourWidened(sums, row, stride, w, groups);
    return 4;
  }
  if (dots == FUSED_DOTS) oneFused(sums, row, w, groups);
  else if (dots == PAIRED_DOTS) onePaired(sums, row, w, groups);
  else oneRow(WIDENED_DOTS, sums, row, w, groups); // in line: 1% faster
  return 1;
}

/**
 * True if this JavaScript engine computes the same with fused dot products as without. Checked once, in code that is
 * not yet optimized.
 */
export function fusedDotsAgree(): bool {
  const w = TRIAL + 1024, wanted = TRIAL + 2048, sums = TRIAL + 3072, stride: usize = 64, groups = 5;
  for (let i: usize = 0; i < 1024; i++) {
    store<i8>(TRIAL + i, <i8>(i * 37));
    store<u8>(w + i, <u8>((i * 53) & 127));
  }
  sixWidened(wanted, TRIAL, stride, w, groups);
  fourWidened(sums, TRIAL, stride, w, groups);
  if (memory.compare(sums, wanted, 128) != 0) return false;
  oneFused(sums, TRIAL, w, groups);
  if (memory.compare(sums, wanted, 32) != 0) return false;
  onePaired(sums, TRIAL, w, groups);
  if (memory.compare(sums, wanted, 32) != 0) return false;
  fourPaired(sums, TRIAL, stride, w, groups);
  if (memory.compare(sums, wanted, 128) != 0) return false;
  fourFused(sums, TRIAL, stride, w, groups);
  if (memory.compare(sums, wanted, 128) != 0) return false;
  sixFused(sums, TRIAL, stride, w, groups);
  return memory.compare(sums, wanted, 192) == 0;
}

/**
 * One row, with relaxed dot products of each kind. Each of these functions has two callers, so none is inlined: V8
 * spills sums if they are part of a larger function.
 */
function oneFused(sums: usize, row: usize, w: usize, groups: i32): void {
  oneRow(FUSED_DOTS, sums, row, w, groups);
}

function onePaired(sums: usize, row: usize, w: usize, groups: i32): void {
  oneRow(PAIRED_DOTS, sums, row, w, groups);
}

/** Eight sums of one row, 16 inputs per iteration: one stream of 128 bytes, eight accumulators. */
// @ts-expect-error: decorator
@inline
function oneRow(dots: i32, sums: usize, row: usize, w: usize, groups: i32): void {
  let a0 = i32x4.splat(-load<i32>(row, 4)), a1 = a0;
  let a2 = i32x4.splat(0), a3 = a2, a4 = a2, a5 = a2, a6 = a2, a7 = a2;
  let x = row + HEAD;
  const inFours = x + (<usize>(groups & ~3) << 2), end = x + (<usize>groups << 2);
  while (x < inFours) {
    const x0 = v128.load_splat<i32>(x, 0);
    a0 = dot(dots, v128.load(w, 0), x0, a0);
    a1 = dot(dots, v128.load(w, 16), x0, a1);
    const x1 = v128.load_splat<i32>(x, 4);
    a2 = dot(dots, v128.load(w, 32), x1, a2);
    a3 = dot(dots, v128.load(w, 48), x1, a3);
    if (x == NEVER) break;
    const x2 = v128.load_splat<i32>(x, 8);
    a4 = dot(dots, v128.load(w, 64), x2, a4);
    a5 = dot(dots, v128.load(w, 80), x2, a5);
    const x3 = v128.load_splat<i32>(x, 12);
    a6 = dot(dots, v128.load(w, 96), x3, a6);
    a7 = dot(dots, v128.load(w, 112), x3, a7);
    x += 16;
    w += 128;
  }
  for (; x < end; x += 4, w += 32) {
    const x0 = v128.load_splat<i32>(x);
    a0 = dot(dots, v128.load(w, 0), x0, a0);
    a1 = dot(dots, v128.load(w, 16), x0, a1);
  }
  v128.store(sums, i32x4.add(i32x4.add(a0, a2), i32x4.add(a4, a6)));
  v128.store(sums, i32x4.add(i32x4.add(a1, a3), i32x4.add(a5, a7)), 16);
}

/** Six rows and four, likewise. */
function sixFused(sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  tile(6, FUSED_DOTS, sums, row, stride, w, groups);
}

function fourFused(sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  tile(4, FUSED_DOTS, sums, row, stride, w, groups);
}

function fourPaired(sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  tile(4, PAIRED_DOTS, sums, row, stride, w, groups);
}

function sixWidened(sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  tile(6, WIDENED_DOTS, sums, row, stride, w, groups);
}

function fourWidened(sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  tile(4, WIDENED_DOTS, sums, row, stride, w, groups);
}

/**
 * Eight sums for each of four or six rows. With VNNI a fused dot product is one instruction, and V8 has fifteen
 * registers for sums, weights and a factor: twelve sums (six rows) keep its two units busy. Without it, four rows are
 * as fast as five or six.
 */
// @ts-expect-error: decorator
@inline
function tile(rows: i32, dots: i32, sums: usize, row: usize, stride: usize, w: usize, groups: i32): void {
  let a0 = i32x4.splat(-load<i32>(row, 4)), b0 = a0;
  let a1 = i32x4.splat(-load<i32>(row + stride, 4)), b1 = a1;
  let a2 = i32x4.splat(-load<i32>(row + 2 * stride, 4)), b2 = a2;
  let a3 = i32x4.splat(-load<i32>(row + 3 * stride, 4)), b3 = a3;
  let a4 = rows == 6 ? i32x4.splat(-load<i32>(row + 4 * stride, 4)) : a0, b4 = a4;
  let a5 = rows == 6 ? i32x4.splat(-load<i32>(row + 5 * stride, 4)) : a0, b5 = a5;
  let x0 = row + HEAD, x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride, x4 = x3 + stride, x5 = x4 + stride;
  for (const end = x0 + (<usize>groups << 2); x0 < end; w += 32) {
    const w0 = v128.load(w, 0), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<i32>(x0);
    a0 = dot(dots, w0, s0, a0);
    b0 = dot(dots, w1, s0, b0);
    const s1 = v128.load_splat<i32>(x1);
    a1 = dot(dots, w0, s1, a1);
    b1 = dot(dots, w1, s1, b1);
    const s2 = v128.load_splat<i32>(x2);
    a2 = dot(dots, w0, s2, a2);
    b2 = dot(dots, w1, s2, b2);
    const s3 = v128.load_splat<i32>(x3);
    a3 = dot(dots, w0, s3, a3);
    b3 = dot(dots, w1, s3, b3);
    if (rows == 6) {
      const s4 = v128.load_splat<i32>(x4);
      a4 = dot(dots, w0, s4, a4);
      b4 = dot(dots, w1, s4, b4);
      const s5 = v128.load_splat<i32>(x5);
      a5 = dot(dots, w0, s5, a5);
      b5 = dot(dots, w1, s5, b5);
      x4 += 4;
      x5 += 4;
    }
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  storeRow(sums, a0, b0);
  storeRow(sums + 32, a1, b1);
  storeRow(sums + 64, a2, b2);
  storeRow(sums + 96, a3, b3);
  if (rows == 6) {
    storeRow(sums + 128, a4, b4);
    storeRow(sums + 160, a5, b5);
  }
}

// @ts-expect-error: decorator
@inline
function storeRow(sums: usize, a: v128, b: v128): void {
  v128.store(sums, a);
  v128.store(sums, b, 16);
}

/**
 * sum + the dot products of four bytes each of w, 0 to 127, and x, signed, in one of three ways. Fused is one
 * instruction if the processor has it and V8 uses it (Node 24), otherwise five; the baseline code of V8 in Node 20
 * doubles the product and drops the sum. Paired, first the products of two bytes, is three. Widened is for JavaScript
 * engines without relaxed SIMD, where the other two trap. A caller gives a constant, so one of them is compiled.
 */
// @ts-expect-error: decorator
@inline
function dot(dots: i32, w: v128, x: v128, sum: v128): v128 {
  if (dots == FUSED_DOTS) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, w, sum);
  if (dots == PAIRED_DOTS) {
    return i32x4.add(sum, i32x4.dot_i16x8_s(v128.relaxed_dot<i16>(x, w), i16x8.splat(1)));
  }
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w), i16x8.extend_low_i8x16_s(x));
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w), i16x8.extend_high_i8x16_s(x));
  const pairs = i32x4.add(i32x4.shuffle(low, high, 0, 2, 4, 6), i32x4.shuffle(low, high, 1, 3, 5, 7));
  return i32x4.add(sum, pairs);
}

/** Rows of out[.., 8 panel ..] = sums times both scales + bias, for the outputs that exist. */
// @ts-expect-error: decorator
@inline
function finish(
  out: usize, sums: usize, row: usize, stride: usize, rows: i32, scales: usize, bias: usize, n: i32, panel: i32,
): void {
  const at = <usize>panel << 5;
  const outStride = <usize>n << 2;
  const count = min(8, n - panel * 8);
  const last = sums + (<usize>rows << 5);
  let place = out + at;
  if (count == 8) {
    const addend = bias ? bias + at : ZEROS;
    const scale0 = v128.load(scales + at), scale1 = v128.load(scales + at, 16);
    const bias0 = v128.load(addend), bias1 = v128.load(addend, 16);
    for (; sums < last; sums += 32, row += stride, place += outStride) {
      const factor = v128.load_splat<f32>(row);
      const low = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), scale0), factor);
      const high = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums, 16)), scale1), factor);
      v128.store(place, f32x4.add(low, bias0));
      v128.store(place, f32x4.add(high, bias1), 16);
    }
  } else {
    for (; sums < last; sums += 32, row += stride, place += outStride) {
      for (let j: usize = 0; j < <usize>count << 2; j += 4) {
        const product = <f32>load<i32>(sums + j) * load<f32>(scales + at + j) * load<f32>(row);
        store<f32>(place + j, bias ? product + load<f32>(bias + at + j) : product);
      }
    }
  }
}
