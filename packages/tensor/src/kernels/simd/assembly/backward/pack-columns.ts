/**
 * Packs columns of a block of rows, so that a tile reads memory sequentially: strips of `width` columns, one row after
 * the other, the last strip padded with zeros. A strip ends with a gap: strips of 256 rows would otherwise all begin in
 * the same few sets of the L1 cache.
 *
 *   strip 0: x[0, 0..7] x[1, 0..7] ... gap   strip 1: x[0, 8..15] x[1, 8..15] ...
 *
 * Sixteen rows at a time, so that a strip receives several cache lines at once.
 */
const GAP: usize = 64; // bytes
const ROWS: i32 = 16;
const EIGHT: i32 = 8;
const SIX: i32 = 6;

/** Bytes of so many columns of a block. */
// @ts-expect-error: decorator
@inline
export function packedBytes(rows: i32, columns: i32, width: i32): usize {
  return <usize>((columns + width - 1) / width) * ((<usize>(rows * width) << 2) + GAP);
}

/** x [rows, columns], rows `stride` bytes apart; `width` is six or eight */
export function packColumns(packed: usize, x: usize, stride: usize, rows: i32, columns: i32, width: i32): void {
  const stripBytes = packedBytes(rows, 1, width), rowBytes = <usize>width << 2;
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(ROWS, rows - i);
    let to = packed + <usize>i * rowBytes, from = x + <usize>i * stride;
    for (let left = columns; left > 0; left -= width, to += stripBytes, from += rowBytes) {
      if (left < width) copyFewer(to, from, stride, count, width, left);
      else if (width == EIGHT) copyEight(to, from, stride, count);
      else if (width == SIX) copySix(to, from, stride, count);
      else unreachable();
    }
  }
}

function copySix(to: usize, from: usize, stride: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, to += SIX << 2, from += stride) {
    v128.store(to, v128.load(from));
    store<u64>(to, load<u64>(from, 16), 16);
  }
}

function copyEight(to: usize, from: usize, stride: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, to += EIGHT << 2, from += stride) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

function copyFewer(to: usize, from: usize, stride: usize, rows: i32, width: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, from += stride) {
    for (let j = 0; j < width; j++, to += 4) store<f32>(to, j < columns ? load<f32>(from + (<usize>j << 2)) : 0);
  }
}
