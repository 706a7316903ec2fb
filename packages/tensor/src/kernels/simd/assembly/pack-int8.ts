/**
 * Packing for int8.ts. A weight w of output j is stored as q = w / scale[j], rounded to nearest even, -63 to 63, in a
 * byte q + 64; the scale is the output's largest magnitude / 63. In a panel of 8 outputs, four inputs of an output are
 * adjacent:
 *
 *   panel:  inputs 0..3 of output 0, inputs 0..3 of output 1, ... of output 7;  inputs 4..7 of output 0, ...
 *
 * Inputs are padded to a multiple of four; x is padded with zeros there. q of an int8 file is used unchanged.
 */
import { checkFloat, checkStored, I8 } from "./dtypes";
import { asFloat, fault, one, stored } from "./stored";

const LIMIT: i32 = 63; // of q
const ZERO: i32 = 64; // the byte of q = 0

/** peaks[j] = the larger of peaks[j] and the magnitudes in column j of these rows, for j of [begin, end); NaN stays. */
export function columnPeaks(peaks: usize, bytes: usize, from: i32, count: i32, n: i32, begin: i32, end: i32): void {
  checkFloat(from);
  let j = begin;
  for (; j + 4 <= end; j += 4) {
    const place = peaks + (<usize>j << 2);
    let peak = v128.load(place);
    for (let i = 0; i < count; i++) {
      peak = f32x4.max(peak, f32x4.abs(asFloat(stored(bytes, <usize>i * n + j, from), from)));
    }
    v128.store(place, peak);
  }
  for (; j < end; j++) {
    const place = peaks + (<usize>j << 2);
    let peak = load<f32>(place);
    for (let i = 0; i < count; i++) {
      peak = max(peak, abs(f32x4.extract_lane(asFloat(one(bytes, <usize>i * n + j, from), from), 0)));
    }
    store<f32>(place, peak);
  }
}

/** peaks[i] = the largest magnitude of row i, for i of [begin, end). */
export function rowPeaks(peaks: usize, bytes: usize, from: i32, k: i32, begin: i32, end: i32): void {
  checkFloat(from);
  for (let i = begin; i < end; i++) {
    const start = <usize>i * k;
    let four = f32x4.splat(0);
    let t = 0;
    for (; t + 4 <= k; t += 4) four = f32x4.max(four, f32x4.abs(asFloat(stored(bytes, start + t, from), from)));
    const pairs = f32x4.max(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
    let peak = max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
    for (; t < k; t++) peak = max(peak, abs(f32x4.extract_lane(asFloat(one(bytes, start + t, from), from), 0)));
    store<f32>(peaks + (<usize>i << 2), peak);
  }
}

/** Converts peaks to scales, in place. A peak that is infinite or NaN is a fault. */
export function scalesOfPeaks(scales: usize, count: i32): void {
  for (let place = scales, end = scales + (<usize>count << 2); place < end; place += 4) {
    const peak = load<f32>(place);
    if (!(peak <= f32.MAX_VALUE)) fault();
    store<f32>(place, peak / <f32>LIMIT);
  }
}

/**
 * Panels [begin, end) of rows [row, row + count) of W [k, n], row a multiple of 4; `scales` are those of all n outputs.
 */
export function packInputsInt8(
  packed: usize, scales: usize, bytes: usize, from: i32, row: i32, count: i32, k: i32, n: i32, begin: i32, end: i32,
): void {
  checkStored(from);
  const groups = (k + 3) >> 2;
  for (let panel = begin; panel < end; panel++) {
    const first = panel * 8, columns = min(8, n - first);
    let target = packed + ((<usize>panel * groups + (row >> 2)) << 5);
    for (let i = 0; i < count; i += 4, target += 32) {
      if (columns == 8 && i + 4 <= count) {
        fourInputsOfFour(target, scales, bytes, <usize>i * n + first, n, first, from);
        fourInputsOfFour(target + 16, scales, bytes, <usize>i * n + first + 4, n, first + 4, from);
      } else {
        const inputs = min(4, count - i);
        for (let j = 0; j < columns; j++) {
          const index = <usize>i * n + first + j;
          store<u32>(target + (j << 2), inputsOfOne(scales, bytes, index, n, first + j, inputs, from));
        }
      }
    }
  }
}

/**
 * Rows [0, count) of W^T [n, k], whole panels, to `packed`; [begin, end) are the panels to pack. `scales` are those of
 * these rows.
 */
export function packOutputsInt8(
  packed: usize, scales: usize, bytes: usize, from: i32, count: i32, k: i32, begin: i32, end: i32,
): void {
  checkStored(from);
  const groups = (k + 3) >> 2;
  for (let panel = begin; panel < end; panel++) {
    for (let j = panel * 8, last = min(j + 8, count); j < last; j++) {
      const start = <usize>j * k;
      const scale = v128.load_splat<f32>(scales + (<usize>j << 2));
      let target = packed + ((<usize>panel * groups) << 5) + ((j & 7) << 2);
      let t = 0;
      for (; t + 4 <= k; t += 4, target += 32) {
        const q = quantized(stored(bytes, start + t, from), scale, from);
        const pairs = i16x8.narrow_i32x4_s(q, q);
        store<i32>(target, i32x4.extract_lane(i8x16.narrow_i16x8_u(pairs, pairs), 0));
      }
      if (t < k) store<u32>(target, inputsOfOne(scales, bytes, start + t, 1, j, k - t, from));
    }
  }
}

/** The bytes of four inputs, rows n apart, of four outputs. */
// @ts-expect-error: decorator
@inline
function fourInputsOfFour(
  target: usize, scales: usize, bytes: usize, index: usize, n: i32, output: i32, from: i32,
): void {
  const scale = v128.load(scales + (<usize>output << 2));
  const a = quantized(stored(bytes, index, from), scale, from);
  const b = quantized(stored(bytes, index + n, from), scale, from);
  const c = quantized(stored(bytes, index + 2 * n, from), scale, from);
  const d = quantized(stored(bytes, index + 3 * n, from), scale, from);
  const ab = v128.or(a, i32x4.shl(b, 8)), cd = v128.or(i32x4.shl(c, 16), i32x4.shl(d, 24));
  v128.store(target, v128.or(ab, cd));
}

/** Up to four inputs, `stride` elements apart, of one output; the rest are 0. */
function inputsOfOne(scales: usize, bytes: usize, index: usize, stride: i32, output: i32, inputs: i32, from: i32): u32 {
  const scale = v128.load_splat<f32>(scales + (<usize>output << 2));
  let word: u32 = 0;
  for (let t = 0; t < 4; t++) {
    const byte = t < inputs
      ? i32x4.extract_lane(quantized(one(bytes, index + <usize>t * stride, from), scale, from), 0)
      : ZERO;
    word |= <u32>byte << (t << 3);
  }
  return word;
}

/** q + 64 of four weights. A scale of 0 gives 0: its peak was too small for a float32 scale. */
// @ts-expect-error: decorator
@inline
function quantized(bits: v128, scale: v128, from: i32): v128 {
  const q = from == I8 ? bits : i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(asFloat(bits, from), scale)));
  const limited = i32x4.max_s(i32x4.splat(-LIMIT), i32x4.min_s(i32x4.splat(LIMIT), q));
  if (from == I8 && !i32x4.all_true(i32x4.eq(q, limited))) fault();
  return i32x4.add(limited, i32x4.splat(ZERO));
}
