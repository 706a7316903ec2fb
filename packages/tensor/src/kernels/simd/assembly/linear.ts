/**
 * out = x W + bias for a weight of floats packed in panels: 32 outputs side by side, all k inputs of them one after the other,
 *
 *   W [k, n]          panel 0: w[0, 0..31] w[1, 0..31] ... w[k-1, 0..31]      panel 1: w[0, 32..63] ...
 *
 * so that a step reads memory in the order it lies. A tied head is packed the same way from its transpose. What differs from the
 * reference: sums are float32, those of 128 inputs apart: of the bundled model's activations, 14e-6 off at most where sums of 512 were 17e-6.
 *
 * One order of sums: an output is ((bias + its terms of the first block) + those of the second) + ..., the terms in the order of the inputs,
 * each sum in one lane. Neither the number of rows, nor tiles (tiles.ts), nor parts, nor threads can be seen in the result.
 *
 *            panel
 *         +--32--+     A block of inputs is taken in parts, which stay in the cache while the rows pass over them; the sums go on where
 *       k | part |     those of the part before ended. Rows are taken in blocks, which stay in the L2 cache while all panels pass over
 *         +------+     them. While few rows pass over a part, the next one is read ahead.
 *   rows  | 5x8 .|
 *
 * [512, 768] x [768, 3072] as fast as from panels of 8; [4, 768], [8, 768] and [16, 768]: 1.3, 1.3 and 1.4 times as fast as without
 * reading ahead.
 */
import { F16, F32, shiftOf } from "./dtypes";
import { firstBfloats, firstHalves, lastBfloats, lastHalves, lowerShift, placeFactor, placeMask, upperMask } from "./halves";
import { stepOfBfloats, stepOfHalves } from "./halves-row";
import { fiveRows, fourRows, oneRow, threeRows } from "./tiles";

const LANES: i32 = 32; // outputs of a panel
const LINE: usize = 128; // bytes of as many float32
const K_BLOCK: i32 = 128; // inputs whose terms are one sum
const ROW_BLOCK: i32 = 80; // rows of a block, a multiple of 5; the last block has up to twice as many
const MANY_ROWS: i32 = 40;
const ZEROS: usize = 40_960; // 128 bytes in the pool's page, which nobody writes
const CACHE_LINE: usize = 64;

// A thread's scratch: a part of a panel of halves, widened; sums of a block; a last panel's outputs, and its bias.
const SUMS: usize = 16_384;
const PADDED: usize = SUMS + 2 * ROW_BLOCK * LINE;
const BIAS: usize = PADDED + 2 * ROW_BLOCK * LINE;
const SINK: usize = BIAS + LINE; // of what was read ahead
const SCRATCH: usize = SINK + CACHE_LINE; // ../products.ts has the same

/** Panels [begin, end) of out [m, n] = x [m, k] W + bias; `bias` may be 0. A last, partial panel is padded with zeros. */
export function linear(
  out: usize, x: usize, weight: usize, bias: usize, m: i32, k: i32, n: i32, dtype: i32, scratch: usize, begin: i32, end: i32, thread: i32,
): void {
  scratch += <usize>thread * SCRATCH;
  const outBytes = <usize>n << 2, rowBytes = <usize>k << 2, panelBytes = <usize>k << (5 + shiftOf(dtype));
  const wEnd = weight + <usize>end * panelBytes;
  for (let row = 0, rows = 0; row < m; row += rows) {
    rows = m - row < 2 * ROW_BLOCK ? m - row : ROW_BLOCK;
    const xRows = x + <usize>row * rowBytes;
    for (let panel = begin; panel < end; panel++) {
      const w = weight + <usize>panel * panelBytes, at = <usize>panel * LINE;
      const target = out + <usize>row * outBytes + at;
      const columns = n - panel * LANES;
      if (columns >= LANES) {
        rowsOfPanel(target, outBytes, bias ? bias + at : ZEROS, xRows, w, wEnd, rows, k, dtype, scratch);
      } else {
        memory.fill(scratch + BIAS, 0, LINE);
        if (bias) memory.copy(scratch + BIAS, bias + at, <usize>columns << 2);
        rowsOfPanel(scratch + PADDED, LINE, scratch + BIAS, xRows, w, wEnd, rows, k, dtype, scratch);
        for (let i = 0; i < rows; i++) memory.copy(target + <usize>i * outBytes, scratch + PADDED + <usize>i * LINE, <usize>columns << 2);
      }
    }
  }
}

/** Rows of one panel. The sums of the first block of inputs begin at the bias; those of a later one are added to them. */
function rowsOfPanel(
  target: usize, stride: usize, bias: usize, x: usize, w: usize, wEnd: usize, rows: i32, k: i32, dtype: i32, scratch: usize,
): void {
  const blocks = (k + K_BLOCK - 1) / K_BLOCK;
  for (let block = 0; block < blocks; block++) {
    const from = (k * block) / blocks, to = (k * (block + 1)) / blocks;
    if (block == 0) {
      rowsOfBlock(target, stride, bias, x, w, wEnd, rows, from, to, k, dtype, scratch);
    } else {
      rowsOfBlock(scratch + SUMS, LINE, ZEROS, x, w, wEnd, rows, from, to, k, dtype, scratch);
      addRows(target, stride, scratch + SUMS, rows);
    }
  }
}

/** Rows of one block of inputs, whose sums all begin at the 32 numbers at `start`. */
function rowsOfBlock(
  target: usize, stride: usize, start: usize, x: usize, w: usize, wEnd: usize, rows: i32, from: i32, to: i32, k: i32, dtype: i32, scratch: usize,
): void {
  const line = 5 + shiftOf(dtype), rowBytes = <usize>k << 2; // log2 of the bytes of an input's outputs
  if (rows == 1) {
    step(target, start, x + (<usize>from << 2), w + (<usize>from << line), to - from, dtype);
    return;
  }
  const size = partOf(rows);
  let startStride: usize = 0;
  for (let i = from; i < to; i += size) {
    const count = min(size, to - i);
    let part = w + (<usize>i << line);
    const next = part + (<usize>count << line), bytes = <usize>size << line;
    const ahead = next + 2 * bytes <= wEnd ? bytes : 0;
    if (dtype != F32) part = widened(scratch, part, count, dtype);
    store<i32>(scratch + SINK, rowsOfPart(target, stride, start, startStride, x + (<usize>i << 2), rowBytes, part, count, rows, next, ahead));
    start = target;
    startStride = stride;
  }
}

/** Inputs of a part: for few rows 4 KB of a panel, so that reading ahead and multiplying take turns; for many a block. */
function partOf(rows: i32): i32 {
  if (rows == 2) return 64;
  return rows < MANY_ROWS ? 32 : K_BLOCK;
}

/** One row: the panel is read once, in the order it lies. */
function step(target: usize, start: usize, x: usize, w: usize, count: i32, dtype: i32): void {
  if (dtype == F32) oneRow(target, start, x, w, count);
  else if (dtype == F16) stepOfHalves(target, start, x, w, count);
  else stepOfBfloats(target, start, x, w, count);
}

/**
 * All rows of a part of a panel: what is left of five rows by one or two, then five at a time, eight outputs each. A tile has too few loads
 * in flight to keep memory busy, and the processor reads ahead by itself within a page of 4 KB only. So before each tile a few lines of the
 * next part, `bytes` at `next`, are read, three quarters of it in all, and at first three lines of the part after that.
 */
function rowsOfPart(
  target: usize, stride: usize, start: usize, startStride: usize, x: usize, rowBytes: usize, w: usize, count: i32, rows: i32,
  next: usize, bytes: usize,
): i32 {
  const left = rows % 5, alone = left < 3 ? left : 0;
  const tiles = rows / 5 + <i32>(left > 2), turn = tiles ? ((bytes / 4 * 3) / (4 * tiles) + CACHE_LINE - 1) & ~(CACHE_LINE - 1) : 0;
  let touched = 0;
  if (bytes) {
    const beyond = next + bytes;
    touched = load<i32>(beyond, 2 * CACHE_LINE) | load<i32>(beyond, CACHE_LINE) | load<i32>(beyond);
  }
  for (let i = 0; i < alone; i++) {
    oneRow(target, start, x, w, count);
    target += stride;
    start += startStride;
    x += rowBytes;
  }
  for (let at: usize = 0; at < LINE; at += 32) {
    let tileTarget = target + at, tileStart = start + at, tileX = x;
    for (let i = alone; i < rows; i += 5) {
      for (const end = next + turn; next < end; next += CACHE_LINE) touched |= load<i32>(next);
      if (rows - i == 3) threeRows(tileTarget, stride, tileStart, startStride, tileX, rowBytes, w + at, count);
      else if (rows - i == 4) fourRows(tileTarget, stride, tileStart, startStride, tileX, rowBytes, w + at, count);
      else fiveRows(tileTarget, stride, tileStart, startStride, tileX, rowBytes, w + at, count);
      tileTarget += 5 * stride;
      tileStart += 5 * startStride;
      tileX += 5 * rowBytes;
    }
  }
  return touched;
}

/** Adds rows of 32 sums to as many of the output. */
function addRows(target: usize, stride: usize, sums: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, target += stride, sums += LINE) {
    for (let at: usize = 0; at < LINE; at += 16) v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(sums + at)));
  }
}

/** `count` inputs of a panel of halves as float32, at `target`. */
function widened(target: usize, w: usize, count: i32, dtype: i32): usize {
  if (dtype == F16) widenHalves(target, w, w + (<usize>count << 6));
  else widenBfloats(target, w, w + (<usize>count << 6));
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
