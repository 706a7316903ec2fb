/**
 * out = x W + bias for a weight packed in panels: 8 outputs side by side, all k inputs of them one after the other,
 *
 *   W [k, n]          panel 0: w[0, 0..7] w[1, 0..7] ... w[k-1, 0..7]      panel 1: w[0, 8..15] ...
 *
 * so that both shapes of the product read memory in the order it lies. What differs from the reference: sums are float32,
 * in several accumulators; a tied head is packed the same way from its transpose.
 *
 *   one row (decode): bound by reading W. One sequential stream, 4 inputs x 8 outputs in 8 accumulators: the limit.
 *   many rows (prefill): bound by multiply-adds. A tile of 5 rows x 8 outputs in ten accumulators, one more than the two
 *   units with a latency of four need to be busy; four rows reach 0.82 of the limit, five 0.93.
 *
 * [64, 768] x [768, 3072], two threads: 56 times the reference's speed; [1, 768]: 32 times.
 *
 *            panel p
 *         +--8--+      The k inputs are taken in blocks, so that a block of a panel (16 KB) stays in the L1 cache while
 *       k |block|      rows pass over it; the rows in blocks, so that their part (160 KB) stays in the L2 cache while all
 *         +-----+      panels pass over them.
 *   rows  | 5 x |
 *   block | 5 x |
 */
import { F16, F32, shiftOf } from "./dtypes";
import { firstBfloats, firstHalves, lastBfloats, lastHalves, lowerShift, placeFactor, placeMask, upperMask } from "./halves";
import { madd } from "./madd";
import { oneRow, oneRowOfBfloats, oneRowOfHalves } from "./one-row";

const LANES: i32 = 8; // outputs of a panel
const K_BLOCK: i32 = 512; // inputs of a block
const ROW_BLOCK: i32 = 80; // rows of a block, a multiple of 5
const NEVER: usize = 1; // no row begins there
const SUMS: usize = 16_384; // in the pool's page, 256 bytes a thread
const ZEROS: usize = 0; // the memory's first bytes, which nobody writes

/**
 * Panels [begin, end) of out [m, n] = x [m, k] W + bias; `bias` may be 0. A last, partial panel is padded with zeros. Of halves a
 * block of a panel is widened to `scratch`, 16 KB, before the rows pass over it.
 */
export function linear(
  out: usize, x: usize, weight: usize, bias: usize, m: i32, k: i32, n: i32, dtype: i32, scratch: usize, begin: i32, end: i32, thread: i32,
): void {
  const full = min(end, n / LANES);
  const tiled = k > 0 ? rowsInTiles(m) : 0;
  const blocks = (k + K_BLOCK - 1) / K_BLOCK;
  const line = 3 + shiftOf(dtype); // log2 of the bytes of an input's eight outputs
  for (let row = 0, rows = 0; row < tiled; row += rows) {
    rows = tiled - row < 2 * ROW_BLOCK ? tiled - row : ROW_BLOCK; // the last block is larger rather than a few rows
    for (let panel = begin; panel < full; panel++) {
      for (let block = 0; block < blocks; block++) {
        const from = (k * block) / blocks, to = (k * (block + 1)) / blocks;
        let w = weight + ((<usize>panel * k + from) << line);
        if (dtype != F32) w = widened(scratch + (<usize>thread << 14), w, to - from, dtype);
        tiles(out, x, w, bias, row, rows, k, n, panel, from, to, thread);
      }
    }
  }
  for (let panel = begin; panel < end; panel++) {
    const w = weight + ((<usize>panel * k) << line);
    for (let i = panel < full ? tiled : 0; i < m; i++) {
      const outRow = out + ((<usize>i * n) << 2), xRow = x + ((<usize>i * k) << 2);
      if (dtype == F32) oneRow(outRow, xRow, w, bias, k, n, panel);
      else if (dtype == F16) oneRowOfHalves(outRow, xRow, w, bias, k, n, panel);
      else oneRowOfBfloats(outRow, xRow, w, bias, k, n, panel);
    }
  }
}

/** `count` inputs of a panel of halves as float32, at `target`. */
function widened(target: usize, w: usize, count: i32, dtype: i32): usize {
  if (dtype == F16) widenHalves(target, w, w + (<usize>count << 4));
  else widenBfloats(target, w, w + (<usize>count << 4));
  return target;
}

function widenHalves(target: usize, w: usize, end: usize): void {
  const mask = placeMask(), factor = placeFactor(), shift = lowerShift();
  for (; w < end; w += 16, target += 32) {
    const words = v128.load(w);
    v128.store(target, firstHalves(words, mask, factor, shift));
    v128.store(target, lastHalves(words, mask, factor), 16);
  }
}

function widenBfloats(target: usize, w: usize, end: usize): void {
  const mask = upperMask();
  for (; w < end; w += 16, target += 32) {
    const words = v128.load(w);
    v128.store(target, firstBfloats(words));
    v128.store(target, lastBfloats(words, mask), 16);
  }
}

/** The most of m rows that tiles of five and of four make up; the rest go one by one. */
function rowsInTiles(m: i32): i32 {
  if (m < 4) return 0;
  if (m == 6 || m == 7) return 5;
  return m == 11 ? 10 : m;
}

/**
 * Rows [row, row + rows) of one panel: tiles of five, and at the end as many of four as it takes: 5 a + 4 b = rows. The sums of the
 * first block of inputs begin at the bias and go to `out`; a later one's are added to it, so that a sum of 3072 terms is one of
 * six sums and as exact. (A tile that ends in anything but stores spills its sums within the loop.)
 */
function tiles(
  out: usize, x: usize, w: usize, bias: usize, row: i32, rows: i32, k: i32, n: i32, panel: i32, from: i32, to: i32, thread: i32,
): void {
  const fours = (5 - (rows % 5)) % 5;
  const end = row + rows, middle = end - 4 * fours;
  const outStride = <usize>n << 2, rowBytes = <usize>k << 2;
  const sums = SUMS + (<usize>thread << 8);
  const first = from == 0;
  const start = first && bias ? bias + (<usize>panel << 5) : ZEROS;
  const stride = first ? outStride : 32;
  let place = out + <usize>row * outStride + (<usize>panel << 5);
  let source = x + <usize>row * rowBytes + (<usize>from << 2);
  for (let i = row; i < middle; i += 5) {
    tile(5, first ? place : sums, stride, source, rowBytes, w, start, to - from);
    if (!first) addRows(place, outStride, sums, 5);
    place += 5 * outStride;
    source += 5 * rowBytes;
  }
  for (let i = middle; i < end; i += 4) {
    tile(4, first ? place : sums, stride, source, rowBytes, w, start, to - from);
    if (!first) addRows(place, outStride, sums, 4);
    place += 4 * outStride;
    source += 4 * rowBytes;
  }
}

/** Adds rows of eight sums to as many of the output. */
function addRows(place: usize, stride: usize, sums: usize, rows: i32): void {
  for (let r = 0; r < rows; r++, place += stride, sums += 32) {
    v128.store(place, f32x4.add(v128.load(place), v128.load(sums)));
    v128.store(place, f32x4.add(v128.load(place, 16), v128.load(sums, 16)), 16);
  }
}

/**
 * Four or five rows of one panel, `count` inputs of them; each sum begins at its place of the eight at `start`.
 *
 *               w0 w1   (8 outputs)
 *   x[i, t]     a0 b0
 *   ...         ...     ten sums, two weights, three factors: fifteen registers, which is what V8 has
 *   x[i + 4, t] a4 b4
 *
 * V8 puts all loads of a basic block first; a fourth and fifth factor beside the others would spill. So a branch that is
 * never taken ends the block after three rows. Two inputs a turn; the loop may be left after either.
 */
// @ts-expect-error: decorator
@inline
function tile(
  rows: i32, target: usize, stride: usize, x0: usize, rowBytes: usize, w: usize, start: usize, count: i32,
): void {
  let x1 = x0 + rowBytes, x2 = x1 + rowBytes, x3 = x2 + rowBytes, x4 = x3 + rowBytes;
  const xEnd = x0 + (<usize>count << 2), last = xEnd - 4;
  let a0 = v128.load(start), b0 = v128.load(start, 16);
  let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0, a4 = a0, b4 = b0;
  while (true) {
    const w0 = v128.load(w, 0), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<f32>(x0), s1 = v128.load_splat<f32>(x1), s2 = v128.load_splat<f32>(x2);
    a0 = madd(s0, w0, a0);
    b0 = madd(s0, w1, b0);
    a1 = madd(s1, w0, a1);
    b1 = madd(s1, w1, b1);
    a2 = madd(s2, w0, a2);
    b2 = madd(s2, w1, b2);
    if (x0 == NEVER) break;
    const s3 = v128.load_splat<f32>(x3);
    a3 = madd(s3, w0, a3);
    b3 = madd(s3, w1, b3);
    if (rows == 5) {
      const s4 = v128.load_splat<f32>(x4);
      a4 = madd(s4, w0, a4);
      b4 = madd(s4, w1, b4);
    }
    if (x0 == last) break;
    const w2 = v128.load(w, 32), w3 = v128.load(w, 48);
    const t0 = v128.load_splat<f32>(x0, 4), t1 = v128.load_splat<f32>(x1, 4), t2 = v128.load_splat<f32>(x2, 4);
    a0 = madd(t0, w2, a0);
    b0 = madd(t0, w3, b0);
    a1 = madd(t1, w2, a1);
    b1 = madd(t1, w3, b1);
    a2 = madd(t2, w2, a2);
    b2 = madd(t2, w3, b2);
    if (x0 == NEVER) break;
    const t3 = v128.load_splat<f32>(x3, 4);
    a3 = madd(t3, w2, a3);
    b3 = madd(t3, w3, b3);
    if (rows == 5) {
      const t4 = v128.load_splat<f32>(x4, 4);
      a4 = madd(t4, w2, a4);
      b4 = madd(t4, w3, b4);
    }
    x0 += 8;
    x1 += 8;
    x2 += 8;
    x3 += 8;
    x4 += 8;
    w += 64;
    if (x0 == xEnd) break;
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  v128.store(target + stride, a1);
  v128.store(target + stride, b1, 16);
  v128.store(target + 2 * stride, a2);
  v128.store(target + 2 * stride, b2, 16);
  v128.store(target + 3 * stride, a3);
  v128.store(target + 3 * stride, b3, 16);
  if (rows == 5) {
    v128.store(target + 4 * stride, a4);
    v128.store(target + 4 * stride, b4, 16);
  }
}
