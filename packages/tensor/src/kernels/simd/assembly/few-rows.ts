/**
 * Up to 19 rows of a unit, for linear.ts: memory must be kept busy. The unit's strips are read as four concurrent
 * streams, each a quarter of them; four strips are computed at a time, one of each quarter:
 *
 *   strips of the unit    0 1 2 ... | q q+1 ... | 2q 2q+1 ... | 3q 3q+1 ...      q panels
 *                         ->          ->          ->            ->
 *
 * The four adjacent strips of a panel are streams of only 24 KB for 768 inputs, and each starts with cache misses that
 * are not prefetched: 0.75 of the speed on an AMD EPYC.
 *
 * Inputs are processed in parts that stay in the L1 cache. One to five rows are computed first, one or two at a time,
 * over several strips, and so stream the part from memory, where a tile has too few loads in flight; tiles then find it
 * in cache.
 */
import { BF16, F16, F32, shiftOf } from "./dtypes";
import { stepOfBfloats, stepOfHalves } from "./halves-row";
import { blocksOf, LINE, STRIP_LANES, STRIP_LINE, STRIPS, ZEROS } from "./panels";
import { fiveRows, oneRow, sixRows, twoRows } from "./tiles";
import { widen } from "./widen";

export const FEW_ROWS: i32 = 19;
const PART: i32 = 16; // inputs: the next part arrives from memory while the rows of this one are computed
const SIXES: i32 = 6; // rows of the largest tile

// A thread's scratch: a part of four strips of halves, widened; the outputs of four strips; sums of a block; a bias.
const OUTPUTS: usize = <usize>PART * LINE;
const SUMS: usize = OUTPUTS + <usize>FEW_ROWS * LINE;
const BIAS: usize = SUMS + <usize>FEW_ROWS * LINE;
export const FEW_ROWS_SCRATCH: usize = BIAS + LINE;

/** Panels [begin, end) of out [rows, n] = x [rows, k] W + bias; `bias` may be 0. */
export function fewRows(
  out: usize, x: usize, weight: usize, bias: usize, rows: i32, k: i32, n: i32, dtype: i32, scratch: usize, begin: i32,
  end: i32,
): void {
  const quarter = end - begin, first = begin * STRIPS;
  const stripBytes = <usize>k << (3 + shiftOf(dtype));
  const outputs = scratch + OUTPUTS, start = bias ? scratch + BIAS : ZEROS;
  for (let strip = first, last = first + quarter; strip < last; strip++) {
    if (bias) gather(start, bias, strip, quarter, n);
    const w = weight + <usize>strip * stripBytes;
    rowsOfStrips(outputs, start, x, w, <usize>quarter * stripBytes, rows, k, dtype, scratch);
    scatter(out, outputs, rows, strip, quarter, n);
  }
}

/** The bias of four strips, side by side. */
function gather(start: usize, bias: usize, strip: i32, quarter: i32, n: i32): void {
  for (let i = 0; i < STRIPS; i++, strip += quarter, start += STRIP_LINE) {
    copyOutputs(start, bias + <usize>strip * STRIP_LINE, n - strip * STRIP_LANES);
  }
}

/** The outputs of four strips, to their places in [rows, n]. */
function scatter(out: usize, outputs: usize, rows: i32, strip: i32, quarter: i32, n: i32): void {
  for (let i = 0; i < STRIPS; i++, strip += quarter, outputs += STRIP_LINE) {
    let from = outputs, to = out + <usize>strip * STRIP_LINE;
    for (let row = 0; row < rows; row++, from += LINE, to += <usize>n << 2) {
      copyOutputs(to, from, n - strip * STRIP_LANES);
    }
  }
}

/** The outputs of a strip that exist: all eight, fewer or, in the padding of the last panel, none. */
function copyOutputs(to: usize, from: usize, columns: i32): void {
  if (columns >= STRIP_LANES) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  } else if (columns > 0) memory.copy(to, from, <usize>columns << 2);
}

/**
 * Rows of four strips, `apart` bytes from each other. The sums of the first block of inputs start at the bias; those of
 * later blocks are added to it.
 */
function rowsOfStrips(
  outputs: usize, bias: usize, x: usize, w: usize, apart: usize, rows: i32, k: i32, dtype: i32, scratch: usize,
): void {
  const line = 3 + shiftOf(dtype), blocks = blocksOf(k); // log2 of the bytes of an input's outputs in a strip
  for (let block = 0; block < blocks; block++) {
    const from = (k * block) / blocks, inputs = (k * (block + 1)) / blocks - from;
    const part = w + (<usize>from << line), xs = x + (<usize>from << 2);
    if (block == 0) rowsOfBlock(outputs, bias, xs, part, apart, rows, inputs, k, dtype, scratch);
    else {
      rowsOfBlock(scratch + SUMS, ZEROS, xs, part, apart, rows, inputs, k, dtype, scratch);
      addRows(outputs, scratch + SUMS, rows);
    }
  }
}

/** Rows of one block of inputs; their sums start at the 32 numbers at `start`. */
function rowsOfBlock(
  sums: usize, start: usize, x: usize, w: usize, apart: usize, rows: i32, inputs: i32, k: i32, dtype: i32,
  scratch: usize,
): void {
  if (rows == 1) {
    oneRowOf(dtype, sums, start, x, w, apart, inputs);
    return;
  }
  const line = 3 + shiftOf(dtype);
  for (let i = 0, startStride: usize = 0; i < inputs; i += PART) {
    const count = min(PART, inputs - i);
    let part = w + (<usize>i << line), strip = apart;
    if (dtype != F32) {
      widen(scratch, part, apart, count, dtype);
      part = scratch;
      strip = <usize>count * STRIP_LINE;
    }
    rowsOfPart(sums, start, startStride, x + (<usize>i << 2), <usize>k << 2, part, strip, count, rows);
    start = sums;
    startStride = LINE;
  }
}

function oneRowOf(dtype: i32, sums: usize, start: usize, x: usize, w: usize, apart: usize, inputs: i32): void {
  if (dtype == F32) oneRow(sums, start, x, w, apart, inputs);
  else if (dtype == F16) stepOfHalves(sums, start, x, w, apart, inputs);
  else if (dtype == BF16) stepOfBfloats(sums, start, x, w, apart, inputs);
  else unreachable();
}

/** All rows of a part: those that stream it first, in pairs and alone. */
function rowsOfPart(
  sums: usize, start: usize, startStride: usize, x: usize, rowBytes: usize, w: usize, strip: usize, count: i32,
  rows: i32,
): void {
  let tiled = rows - rowsThatStream(rows);
  for (let left = rows - tiled, n: usize = 0; left > 0; left -= <i32>n) {
    n = min(left, 2);
    if (n == 2) {
      twoRows(sums, LINE, start, startStride, x, rowBytes, w, strip, count);
      twoRows(sums + LINE / 2, LINE, start + LINE / 2, startStride, x, rowBytes, w + 2 * strip, strip, count);
    } else oneRow(sums, start, x, w, strip, count);
    sums += n * LINE;
    start += n * startStride;
    x += n * rowBytes;
  }
  for (let n: usize = tiled % SIXES || SIXES; tiled > 0; tiled -= <i32>n, n = SIXES) {
    for (let at: usize = 0, v = w; at < LINE; at += STRIP_LINE, v += strip) {
      if (n == SIXES) sixRows(sums + at, LINE, start + at, startStride, x, rowBytes, v, count);
      else fiveRows(sums + at, LINE, start + at, startStride, x, rowBytes, v, count);
    }
    sums += n * LINE;
    start += n * startStride;
    x += n * rowBytes;
  }
}

/** The rows that tiles of five and six leave, and at least one: 1 2 3 4 5 1, 1 2 3 4 5 1, ... */
function rowsThatStream(rows: i32): i32 {
  return rows % SIXES || 1;
}

/** Adds rows of 32 sums. */
function addRows(outputs: usize, sums: usize, rows: i32): void {
  for (const end = outputs + <usize>rows * LINE; outputs < end; outputs += 16, sums += 16) {
    v128.store(outputs, f32x4.add(v128.load(outputs), v128.load(sums)));
  }
}
