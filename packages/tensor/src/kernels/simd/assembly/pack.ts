/**
 * Packing: rows that have just arrived from a file, in F32, F16 or BF16, widened and put where linear.ts wants them. Sixteen
 * rows at a time, so that each panel receives 512 bytes in a piece.
 */
// @ts-expect-error: decorator
@inline
const F32: i32 = 0;
// @ts-expect-error: decorator
@inline
const F16: i32 = 1;
// @ts-expect-error: decorator
@inline
const ROWS: i32 = 16;

/** Panels [begin, end) of rows [row, row + count) of W [k, n]: the inputs `row ..` of these outputs. */
export function packInputs(
  packed: usize, bytes: usize, dtype: i32, row: i32, count: i32, k: i32, n: i32, begin: i32, end: i32,
): void {
  for (let from = 0; from < count; from += ROWS) {
    const to = min(from + ROWS, count);
    for (let panel = begin; panel < end; panel++) {
      const columns = min(8, n - panel * 8);
      let target = packed + ((((<usize>panel * k) + row + from) * 8) << 2);
      for (let i = from; i < to; i++, target += 32) {
        const index = <usize>i * n + <usize>panel * 8;
        if (columns == 8) {
          v128.store(target, four(bytes, index, dtype), 0);
          v128.store(target, four(bytes, index + 4, dtype), 16);
        } else {
          for (let j = 0; j < columns; j++) store<f32>(target + (j << 2), one(bytes, index + j, dtype));
        }
      }
    }
  }
}

/** Rows [row, row + count) of W^T [n, k], row a multiple of 8: whole panels, of which [begin, end) are made here. */
export function packOutputs(
  packed: usize, bytes: usize, dtype: i32, row: i32, count: i32, k: i32, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    const target = packed + ((((<usize>(row >> 3) + panel) * k) * 8) << 2);
    const rows = min(8, count - panel * 8);
    const start = <usize>panel * 8 * k;
    let i = 0;
    if (rows == 8) {
      for (; i + 4 <= k; i += 4) {
        transpose(target + (<usize>i << 5), bytes, start + i, k, dtype);
        transpose(target + (<usize>i << 5) + 16, bytes, start + <usize>4 * k + i, k, dtype);
      }
    }
    for (; i < k; i++) {
      for (let j = 0; j < rows; j++) store<f32>(target + (<usize>(i * 8 + j) << 2), one(bytes, start + <usize>j * k + i, dtype));
    }
  }
}

/** Four inputs of four rows, turned round. */
// @ts-expect-error: decorator
@inline
function transpose(target: usize, bytes: usize, index: usize, k: i32, dtype: i32): void {
  const a = four(bytes, index, dtype), b = four(bytes, index + k, dtype);
  const c = four(bytes, index + 2 * k, dtype), d = four(bytes, index + 3 * k, dtype);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5), ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5), cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(target, i32x4.shuffle(ab0, cd0, 0, 1, 4, 5), 0);
  v128.store(target, i32x4.shuffle(ab0, cd0, 2, 3, 6, 7), 32);
  v128.store(target, i32x4.shuffle(ab1, cd1, 0, 1, 4, 5), 64);
  v128.store(target, i32x4.shuffle(ab1, cd1, 2, 3, 6, 7), 96);
}

/** Elements [begin, end) widened in the order they have. */
export function widen(out: usize, bytes: usize, dtype: i32, begin: i32, end: i32): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(out + (<usize>i << 2), four(bytes, i, dtype));
  for (; i < end; i++) store<f32>(out + (<usize>i << 2), one(bytes, i, dtype));
}

// @ts-expect-error: decorator
@inline
function four(bytes: usize, index: usize, dtype: i32): v128 {
  if (dtype == F32) return v128.load(bytes + (index << 2));
  const halves = v128.load_ext<u16>(bytes + (index << 1)); // four u16 as four i32
  return dtype == F16 ? fromHalf(halves) : i32x4.shl(halves, 16);
}

function one(bytes: usize, index: usize, dtype: i32): f32 {
  if (dtype == F32) return load<f32>(bytes + (index << 2));
  const half = i32x4.splat(load<u16>(bytes + (index << 1)));
  return f32x4.extract_lane(dtype == F16 ? fromHalf(half) : i32x4.shl(half, 16), 0);
}

/**
 * float16 bits to float32: exponent and fraction moved to their places mean the value times 2^-112, subnormals too; one
 * exact product repairs that. Infinity and NaN keep their fraction under an exponent of ones.
 */
// @ts-expect-error: decorator
@inline
function fromHalf(half: v128): v128 {
  const magnitude = i32x4.shl(v128.and(half, i32x4.splat(0x7fff)), 13);
  const special = i32x4.ge_s(magnitude, i32x4.splat(0x0f800000));
  const scaled = f32x4.mul(magnitude, f32x4.splat(5.192296858534828e33)); // 2^112
  const value = v128.bitselect(v128.or(magnitude, i32x4.splat(0x7f800000)), scaled, special);
  return v128.or(value, i32x4.shl(v128.and(half, i32x4.splat(0x8000)), 16));
}
