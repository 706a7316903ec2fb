/**
 * out = x W + bias for a float weight packed in strips (panels.ts). Difference from the reference: sums are float32,
 * accumulated in blocks of 128 inputs. On the bundled model's activations the largest error is 14e-6, against 17e-6 for
 * blocks of 512.
 *
 * One order of sums: an output is ((bias + the terms of the first block) + those of the second) + ..., the terms in the
 * order of the inputs, each sum in one lane. The result does not depend on the number of rows, tiles (tiles.ts), parts,
 * units or threads.
 *
 *   few rows    up to 19: a unit is read as four long streams, which keeps memory busy (few-rows.ts)
 *   many rows   compute-bound: a block of a strip (4 KB) stays in the L1 cache while tiles of up to six rows use it and
 *               lines of the next block are loaded (many-rows.ts), a block of rows stays in the L2 cache while all
 *               panels use it
 */
import { LINEAR_SCRATCH_BYTES } from "../constants";
import { F32, shiftOf } from "./dtypes";
import { FEW_ROWS, FEW_ROWS_SCRATCH, fewRows } from "./few-rows";
import { loadBlock, tilesOfBlock } from "./many-rows";
import { blocksOf, LANES, LINE, STRIP_LINE, ZEROS } from "./panels";
import { widen } from "./widen";

const ROW_BLOCK: i32 = 84; // rows of a block, a multiple of 6; the last block has up to twice as many
const LOAD_HALVES_AHEAD: i32 = 64; // rows; for more, widening a block, which reads it as a stream, costs too little

// A thread's scratch: a block of four strips of halves, widened; sums of a block; a last panel's outputs, and its bias.
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
  if (FEW_ROWS_SCRATCH > SCRATCH) ERROR("few rows need more than SCRATCH");
  scratch += <usize>thread * SCRATCH;
  if (m <= FEW_ROWS) {
    fewRows(out, x, weight, bias, m, k, n, dtype, scratch, begin, end);
    return;
  }
  const outBytes = <usize>n << 2, rowBytes = <usize>k << 2, panelBytes = <usize>k << (5 + shiftOf(dtype));
  for (let row = 0, rows = 0; row < m; row += rows) {
    rows = m - row < 2 * ROW_BLOCK ? m - row : ROW_BLOCK;
    const xRows = x + <usize>row * rowBytes;
    loadFirstBlock(weight + <usize>begin * panelBytes, k, dtype);
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
    const after = block + 1 < blocks ? part + (<usize>count << line) : next;
    rowsOfBlock(target, stride, block ? 0 : bias, xs, part, after, rows, count, k, dtype, scratch);
  }
}

/**
 * Rows of one block of inputs; `next` is the block after it, or 0. Their sums start at `start`, or are added to
 * those at `target` while a tile is in cache.
 */
function rowsOfBlock(
  target: usize, stride: usize, start: usize, x: usize, w: usize, next: usize, rows: i32, inputs: i32, k: i32,
  dtype: i32, scratch: usize,
): void {
  const kept = <usize>k << (3 + shiftOf(dtype)), lines = (inputs << (3 + shiftOf(dtype))) >> 6;
  let strip = kept;
  if (dtype != F32) {
    widen(scratch, w, kept, inputs, dtype);
    w = scratch;
    strip = <usize>inputs << 5;
  }
  if (dtype != F32 && rows >= LOAD_HALVES_AHEAD) next = 0;
  const sums = start ? 0 : scratch + SUMS;
  if (!start) start = ZEROS;
  tilesOfBlock(target, stride, start, x, <usize>k << 2, w, strip, inputs, rows, sums, next, kept, lines);
}
