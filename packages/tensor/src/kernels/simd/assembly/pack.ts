/**
 * Packing: rows that have just arrived from a file, in any float dtype, into the layout of linear.ts and the dtype of
 * the weight. Sixteen rows at a time, so that each panel receives several cache lines at once. int8: pack-int8.ts.
 */
import { checkFloat, F16, F32, shiftOf } from "./dtypes";
import { isBeyondHalf, narrowFour, placeOf, wordsOf } from "./halves";
import { LANES } from "./panels";
import { asFloat, fault, one, stored } from "./stored";

// @ts-expect-error: decorator
@inline
const ROWS: i32 = 16;

/** Panels [begin, end) of rows [row, row + count) of W [k, n]: the inputs `row ..` of these outputs. */
export function packInputs(
  packed: usize, bytes: usize, from: i32, to: i32, row: i32, count: i32, k: i32, n: i32, begin: i32, end: i32,
): void {
  checkFloat(from);
  checkFloat(to);
  const line = 3 + shiftOf(to); // log2 of the bytes of an input's eight outputs of a strip
  for (let first = 0; first < count; first += ROWS) {
    const last = min(first + ROWS, count);
    for (let panel = begin; panel < end; panel++) {
      const columns = min(LANES, n - panel * LANES);
      for (let j = 0; j < columns; j += 8) {
        let target = packed + ((<usize>(4 * panel + (j >> 3)) * k + row + first) << line);
        let index = <usize>first * n + <usize>panel * LANES + j;
        for (let i = first; i < last; i++, target += <usize>1 << line, index += n) {
          if (j + 8 <= columns) storeEight(target, four(bytes, index, from, to), four(bytes, index + 4, from, to), to);
          else for (let c = 0; c < columns - j; c++) storeOne(target, c, bytes, index + c, from, to);
        }
      }
    }
  }
}

/** Rows [row, row + count) of W^T [n, k], row a multiple of 32: whole panels, of which [begin, end) are made here. */
export function packOutputs(
  packed: usize, bytes: usize, from: i32, to: i32, row: i32, count: i32, k: i32, begin: i32, end: i32,
): void {
  checkFloat(from);
  checkFloat(to);
  const line = 3 + shiftOf(to), stride = <usize>1 << line;
  for (let strip = 4 * begin; strip < 4 * end; strip++) {
    const rows = min(8, count - 8 * strip);
    const target = packed + ((<usize>((row >> 3) + strip) * k) << line);
    const start = <usize>strip * 8 * k;
    let i = 0;
    if (rows == 8) {
      for (; i + 4 <= k; i += 4) fourInputs(target + (<usize>i << line), stride, bytes, start + i, k, from, to);
    }
    for (; i < k; i++) {
      for (let j = 0; j < rows; j++) {
        storeOne(target + (<usize>i << line), j, bytes, start + <usize>j * k + i, from, to);
      }
    }
  }
}

/** Four inputs of eight rows, transposed. */
// @ts-expect-error: decorator
@inline
function fourInputs(target: usize, stride: usize, bytes: usize, index: usize, k: i32, from: i32, to: i32): void {
  const a = four(bytes, index, from, to), b = four(bytes, index + k, from, to);
  const c = four(bytes, index + 2 * k, from, to), d = four(bytes, index + 3 * k, from, to);
  const e = four(bytes, index + 4 * k, from, to), f = four(bytes, index + 5 * k, from, to);
  const g = four(bytes, index + 6 * k, from, to), h = four(bytes, index + 7 * k, from, to);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  const ef0 = i32x4.shuffle(e, f, 0, 4, 1, 5), ef1 = i32x4.shuffle(e, f, 2, 6, 3, 7);
  const gh0 = i32x4.shuffle(g, h, 0, 4, 1, 5), gh1 = i32x4.shuffle(g, h, 2, 6, 3, 7);
  storeEight(target, i32x4.shuffle(ab0, cd0, 0, 1, 4, 5), i32x4.shuffle(ef0, gh0, 0, 1, 4, 5), to);
  storeEight(target + stride, i32x4.shuffle(ab0, cd0, 2, 3, 6, 7), i32x4.shuffle(ef0, gh0, 2, 3, 6, 7), to);
  storeEight(target + 2 * stride, i32x4.shuffle(ab1, cd1, 0, 1, 4, 5), i32x4.shuffle(ef1, gh1, 0, 1, 4, 5), to);
  storeEight(target + 3 * stride, i32x4.shuffle(ab1, cd1, 2, 3, 6, 7), i32x4.shuffle(ef1, gh1, 2, 3, 6, 7), to);
}

/** Eight of an input's outputs, from `four`. */
// @ts-expect-error: decorator
@inline
function storeEight(target: usize, low: v128, high: v128, to: i32): void {
  if (to == F32) {
    v128.store(target, low, 0);
    v128.store(target, high, 16);
  } else {
    v128.store(target, wordsOf(low, high));
  }
}

function storeOne(target: usize, j: i32, bytes: usize, index: usize, from: i32, to: i32): void {
  const value = i32x4.extract_lane(kept(one(bytes, index, from), from, to), 0);
  if (to == F32) store<i32>(target + (j << 2), value);
  else store<u16>(target + (placeOf(j) << 1), <u16>value);
}

/** Elements [begin, end) widened to float32, in the same order. */
export function widen(out: usize, bytes: usize, dtype: i32, begin: i32, end: i32): void {
  checkFloat(dtype);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(out + (<usize>i << 2), asFloat(stored(bytes, i, dtype), dtype));
  for (; i < end; i++) store<f32>(out + (<usize>i << 2), f32x4.extract_lane(asFloat(one(bytes, i, dtype), dtype), 0));
}

/** Four values in the dtype of the weight: float32, or 16-bit values in the lower bits of each lane. */
// @ts-expect-error: decorator
@inline
function four(bytes: usize, index: usize, from: i32, to: i32): v128 {
  return kept(stored(bytes, index, from), from, to);
}

// @ts-expect-error: decorator
@inline
function kept(bits: v128, from: i32, to: i32): v128 {
  if (to == F32) return asFloat(bits, from);
  const value = asFloat(bits, from);
  if (to == F16 && isBeyondHalf(value)) fault();
  return from == to ? bits : narrowFour(value, to == F16);
}
