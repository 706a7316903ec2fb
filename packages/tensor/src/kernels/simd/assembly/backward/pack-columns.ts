/**
 * Packs the operands of X^T dY, so that a tile reads memory sequentially. Rows are cut into blocks
 * (linear-parameters.ts), columns into strips, of six for X and of eight for dY, the last padded with zeros; strips of a
 * block, with all its rows:
 *
 *   block 0: x[0, 0..5] x[1, 0..5] ... x[255, 0..5]   x[0, 6..11] x[1, 6..11] ...     block 1: x[256, 0..5] ...
 *
 * Sixteen rows at a time, so that a strip receives several cache lines at once.
 */
import { GRADIENT_ROWS, ROWS_PER_GROUP, ROWS_PER_TILE } from "../../constants";

const LANES: i32 = 8;

/** Groups [begin, end) of sixteen rows of x [m, n], in strips of `width` columns: ROWS_PER_TILE or eight. */
export function packColumns(packed: usize, x: usize, m: i32, n: i32, width: i32, begin: i32, end: i32): void {
  const strips = (n + width - 1) / width, stride = <usize>n << 2;
  for (let group = begin; group < end; group++) {
    const row = group * ROWS_PER_GROUP, block = row / GRADIENT_ROWS * GRADIENT_ROWS;
    const rows = min(ROWS_PER_GROUP, m - row), inBlock = min(GRADIENT_ROWS, m - block);
    let to = packed + ((<usize>block * strips * width + <usize>(row - block) * width) << 2);
    let from = x + <usize>row * stride;
    for (let left = n; left > 0; left -= width, to += <usize>(inBlock * width) << 2, from += width << 2) {
      if (left < width) copyFewer(to, from, stride, rows, width, left);
      else if (width == LANES) copyEight(to, from, stride, rows);
      else if (width == ROWS_PER_TILE) copySix(to, from, stride, rows);
      else unreachable();
    }
  }
}

function copySix(to: usize, from: usize, stride: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, to += ROWS_PER_TILE << 2, from += stride) {
    v128.store(to, v128.load(from));
    store<u64>(to, load<u64>(from, 16), 16);
  }
}

function copyEight(to: usize, from: usize, stride: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, to += LANES << 2, from += stride) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

function copyFewer(to: usize, from: usize, stride: usize, rows: i32, width: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, from += stride) {
    for (let j = 0; j < width; j++, to += 4) store<f32>(to, j < columns ? load<f32>(from + (<usize>j << 2)) : 0);
  }
}
