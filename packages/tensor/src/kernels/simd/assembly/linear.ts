/**
 * out = x W + bias for a float weight packed in strips. A strip holds all k inputs of eight outputs, one input after
 * the other; four strips are a panel of 32 outputs:
 *
 *   W [k, n]          strip 0: w[0, 0..7] w[1, 0..7] ... w[k-1, 0..7]      strip 1: w[0, 8..15] ...
 *
 * A tied head is packed the same way from its transpose. Difference from the reference: sums are float32, accumulated
 * in blocks of 128 inputs. On the bundled model's activations the largest error is 14e-6, against 17e-6 for blocks of
 * 512.
 *
 * One order of sums: an output is ((bias + the terms of the first block) + those of the second) + ..., the terms in the
 * order of the inputs, each sum in one lane. The result does not depend on the number of rows, tiles (tiles.ts), parts
 * or threads.
 *
 *   one row     memory-bound: reads the four strips of a panel as four concurrent streams, 1.3 times as fast as one
 *               sequential stream, in which each 4 KB page starts with a cache miss
 *   few rows    inputs are processed in parts that stay in the L1 cache; the first row is computed alone, and so
 *               streams the next part from memory like a single row
 *   many rows   compute-bound: a block of a strip (4 KB) stays in the L1 cache while tiles of up to six rows use it and
 *               lines of the next block are loaded (many-rows.ts), a block of rows stays in the L2 cache while all
 *               panels use it
 *
 * Speed relative to one sequential stream per thread: [1, 768] x [768, 60000] 1.37, [4, 768] 1.7, [8, 768] 1.7, [16,
 * 768] 1.5, [512, 768] 0.97.
 */
import { LINEAR_SCRATCH_BYTES } from "../constants";
import { BF16, F16, F32, shiftOf } from "./dtypes";
import {
  firstBfloats, firstHalves, lastBfloats, lastHalves, lowerShift, placeFactor, placeMask, upperMask,
} from "./halves";
import { stepOfBfloats, stepOfHalves } from "./halves-row";
import { loadBlock, tilesOfBlock } from "./many-rows";
import { fiveRows, fourRows, oneRow, sixRows, threeRows } from "./tiles";

const LANES: i32 = 32; // outputs of a panel
const LINE: usize = 128; // bytes of 32 float32
const STRIP_LINE: usize = 32; // bytes of the eight of a strip
const K_BLOCK: i32 = 128; // inputs whose terms are one sum
const ROW_BLOCK: i32 = 84; // rows of a block, a multiple of 6; the last block has up to twice as many
const MANY_ROWS: i32 = 10;
const LOAD_HALVES_AHEAD: i32 = 64; // rows; for more, widening a block, which reads it as a stream, costs too little
const PART: i32 = 16; // inputs, for few rows: the next part arrives from memory while the rows are computed
const ZEROS: usize = 40_960; // 128 bytes in the pool's page, which are never written

// A thread's scratch: a part of a panel of halves, widened; sums of a block; a last panel's outputs, and its bias.
const SUMS: usize = 16_384;
const PADDED: usize = SUMS + 2 * ROW_BLOCK * STRIP_LINE;
const BIAS: usize = PADDED + 2 * ROW_BLOCK * LINE;
const SCRATCH: usize = BIAS + 192;

/**
 * Panels [begin, end) of out [m, n] = x [m, k] W + bias; `bias` may be 0. A last, partial panel is padded with zeros.
 */
export function linear(
  out: usize, x: usize, weight: usize, bias: usize, m: i32, k: i32, n: i32, dtype: i32, scratch: usize, begin: i32,
  end: i32, thread: i32,
): void {
  if (SCRATCH != LINEAR_SCRATCH_BYTES) ERROR("LINEAR_SCRATCH_BYTES in constants.ts must be SCRATCH"); // while compiling
  scratch += <usize>thread * SCRATCH;
  const outBytes = <usize>n << 2, rowBytes = <usize>k << 2, panelBytes = <usize>k << (5 + shiftOf(dtype));
  for (let row = 0, rows = 0; row < m; row += rows) {
    rows = m - row < 2 * ROW_BLOCK ? m - row : ROW_BLOCK;
    const xRows = x + <usize>row * rowBytes;
    if (rows >= MANY_ROWS) loadFirstBlock(weight + <usize>begin * panelBytes, k, dtype);
    for (let panel = begin; panel < end; panel++) {
      const w = weight + <usize>panel * panelBytes, at = <usize>panel * LINE;
      const next = panel + 1 < end ? w + panelBytes : 0;
      const target = out + <usize>row * outBytes + at;
      const columns = n - panel * LANES;
      if (columns >= LANES) {
        rowsOfPanel(target, outBytes, bias ? bias + at : ZEROS, xRows, w, next, rows, k, dtype, scratch);
      } else {
        memory.fill(scratch + BIAS, 0, LINE);
        if (bias) memory.copy(scratch + BIAS, bias + at, <usize>columns << 2);
        rowsOfPanel(scratch + PADDED, LINE, scratch + BIAS, xRows, w, next, rows, k, dtype, scratch);
        for (let i = 0; i < rows; i++) {
          memory.copy(target + <usize>i * outBytes, scratch + PADDED + <usize>i * LINE, <usize>columns << 2);
        }
      }
    }
  }
}

/** The first block of a panel, with nothing to compute meanwhile. */
function loadFirstBlock(w: usize, k: i32, dtype: i32): void {
  const line = 3 + shiftOf(dtype), inputs = k / blocksOf(k);
  loadBlock(w, <usize>k << line, (inputs << line) >> 6);
}

function blocksOf(k: i32): i32 {
  return (k + K_BLOCK - 1) / K_BLOCK;
}

/**
 * Rows of one panel; `next` is the panel after it, or 0. The sums of the first block of inputs start at the bias; those
 * of later blocks are added to it.
 */
function rowsOfPanel(
  target: usize, stride: usize, bias: usize, x: usize, w: usize, next: usize, rows: i32, k: i32, dtype: i32,
  scratch: usize,
): void {
  const line = 3 + shiftOf(dtype); // log2 of the bytes of an input's outputs in a strip
  const blocks = blocksOf(k);
  for (let block = 0; block < blocks; block++) {
    const from = (k * block) / blocks, count = (k * (block + 1)) / blocks - from;
    const part = w + (<usize>from << line), xs = x + (<usize>from << 2);
    if (rows >= MANY_ROWS) {
      const after = block + 1 < blocks ? part + (<usize>count << line) : next;
      manyRows(target, stride, block ? 0 : bias, xs, part, after, rows, count, k, dtype, scratch);
    } else if (block == 0) fewRows(target, stride, bias, xs, part, rows, count, k, dtype, scratch);
    else {
      fewRows(scratch + SUMS, LINE, ZEROS, xs, part, rows, count, k, dtype, scratch);
      addRows(target, stride, scratch + SUMS, rows);
    }
  }
}

/**
 * Many rows of one block of inputs; `next` is the block after it, or 0. Their sums start at `start`, or are added to
 * those at `target` while a tile is in cache.
 */
function manyRows(
  target: usize, stride: usize, start: usize, x: usize, w: usize, next: usize, rows: i32, inputs: i32, k: i32,
  dtype: i32, scratch: usize,
): void {
  const kept = <usize>k << (3 + shiftOf(dtype)), lines = (inputs << (3 + shiftOf(dtype))) >> 6;
  let strip = kept;
  if (dtype != F32) {
    w = widened(scratch, w, kept, inputs, dtype);
    strip = <usize>inputs << 5;
  }
  if (dtype != F32 && rows >= LOAD_HALVES_AHEAD) next = 0;
  const sums = start ? 0 : scratch + SUMS;
  if (!start) start = ZEROS;
  tilesOfBlock(target, stride, start, x, <usize>k << 2, w, strip, inputs, rows, sums, next, kept, lines);
}

/** Few rows of one block of inputs; their sums start at the 32 numbers at `start`. */
function fewRows(
  target: usize, stride: usize, start: usize, x: usize, w: usize, rows: i32, inputs: i32, k: i32, dtype: i32,
  scratch: usize,
): void {
  const line = 3 + shiftOf(dtype), rowBytes = <usize>k << 2;
  if (rows == 1) {
    step(target, start, x, w, <usize>k << line, inputs, dtype);
    return;
  }
  let startStride: usize = 0;
  for (let i = 0; i < inputs; i += PART) {
    const count = min(PART, inputs - i);
    let part = w + (<usize>i << line), strip = <usize>k << line;
    if (dtype != F32) {
      part = widened(scratch, part, strip, count, dtype);
      strip = <usize>count << 5;
    }
    rowsOfPart(target, stride, start, startStride, x + (<usize>i << 2), rowBytes, part, strip, count, rows);
    start = target;
    startStride = stride;
  }
}

/** One row: the panel is read once, sequentially. */
function step(target: usize, start: usize, x: usize, w: usize, strip: usize, count: i32, dtype: i32): void {
  if (dtype == F32) oneRow(target, start, x, w, strip, count);
  else if (dtype == F16) stepOfHalves(target, start, x, w, strip, count);
  else if (dtype == BF16) stepOfBfloats(target, start, x, w, strip, count);
  else unreachable();
}

/**
 * All rows of a part of a panel. First one or more rows alone, which read the four strips concurrently and so saturate
 * memory bandwidth, where a tile has too few loads in flight; then tiles of up to five rows and eight outputs, which
 * find the part in cache.
 */
function rowsOfPart(
  target: usize, stride: usize, start: usize, startStride: usize, x: usize, rowBytes: usize, w: usize, strip: usize,
  count: i32, rows: i32,
): void {
  const alone = rowsAlone(rows);
  for (let i = 0; i < alone; i++) {
    oneRow(target, start, x, w, strip, count);
    target += stride;
    start += startStride;
    x += rowBytes;
  }
  for (let at: usize = 0; at < LINE; at += STRIP_LINE, w += strip) {
    rowsOfStrip(target + at, stride, start + at, startStride, x, rowBytes, w, count, rows - alone);
  }
}

/** Rows computed alone: those that tiles of three to six rows leave, and at least one. */
function rowsAlone(rows: i32): i32 {
  return rows < 4 ? rows : 1;
}

/** Rows of a part of a strip in one tile of three to six rows, or two. */
function rowsOfStrip(
  target: usize, stride: usize, start: usize, startStride: usize, x: usize, rowBytes: usize, w: usize, count: i32,
  rows: i32,
): void {
  for (let tile: usize = 0; rows > 0; rows -= <i32>tile) {
    tile = rows < 7 ? rows : rows - 3;
    if (tile == 3) threeRows(target, stride, start, startStride, x, rowBytes, w, count);
    else if (tile == 4) fourRows(target, stride, start, startStride, x, rowBytes, w, count);
    else if (tile == 5) fiveRows(target, stride, start, startStride, x, rowBytes, w, count);
    else sixRows(target, stride, start, startStride, x, rowBytes, w, count);
    target += tile * stride;
    start += tile * startStride;
    x += tile * rowBytes;
  }
}

/** Adds rows of 32 sums to the output. */
function addRows(target: usize, stride: usize, sums: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, target += stride, sums += LINE) {
    for (let at: usize = 0; at < LINE; at += 16) {
      v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(sums + at)));
    }
  }
}

/** `count` inputs of a panel of halves as float32, at `target`. */
function widened(target: usize, w: usize, strip: usize, count: i32, dtype: i32): usize {
  const bytes = <usize>count << 4;
  for (let i: usize = 0; i < 4; i++, w += strip) {
    const place = target + 2 * i * bytes;
    if (dtype == F16) widenHalves(place, w, w + bytes);
    else if (dtype == BF16) widenBfloats(place, w, w + bytes);
    else unreachable();
  }
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
