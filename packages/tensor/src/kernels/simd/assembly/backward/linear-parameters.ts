/**
 * dWeight += X^T dY, and dBias += the sum of dY's rows, from packed operands (pack-columns.ts). Differences from the
 * reference: sums are float32, and the terms of a block of 256 rows are one sum.
 *
 * One order of sums: a gradient is ((what was there + the terms of the first block) + those of the second) + ..., the
 * terms in the order of the rows. It depends on the number of rows alone, not on tiles or threads.
 *
 * For a block of rows, four strips of dY (32 KB) stay in the L1 cache, and each tile of X (6 KB) is read once for them.
 * [4096, 192]^T x [4096, 576]: 93% of the multiply-add limit.
 */
import { GRADIENT_ROWS, ROWS_PER_TILE } from "../../constants";
import { tile } from "./tile";

const LANES: i32 = 8; // outputs of a strip
const LINE: usize = 32; // bytes of these
const STRIPS: i32 = 4; // together
const SUMS_BYTES: usize = <usize>ROWS_PER_TILE * LINE; // of a tile
const ZEROS: usize = 40_960; // 128 bytes in the pool's page, which are never written

/** Strips [begin, end) of eight columns of dWeight [k, n]; `dBias` may be 0. `scratch`: 256 bytes a thread. */
export function linearParameters(
  dWeight: usize, dBias: usize, x: usize, dy: usize, m: i32, k: i32, n: i32, scratch: usize, begin: i32, end: i32,
  thread: i32,
): void {
  const sums = scratch + (<usize>thread << 8);
  const tiles = (k + ROWS_PER_TILE - 1) / ROWS_PER_TILE, strips = (n + LANES - 1) / LANES;
  for (let strip = begin; strip < end; strip += STRIPS) {
    const columns = min(min(STRIPS, end - strip) * LANES, n - strip * LANES), at = <usize>strip * LINE;
    for (let row = 0; row < m; row += GRADIENT_ROWS) {
      const rows = min(GRADIENT_ROWS, m - row);
      const factors = x + <usize>row * tiles * (ROWS_PER_TILE << 2);
      const values = dy + (<usize>row * strips + <usize>strip * rows) * LINE;
      if (dBias) addColumns(dBias + at, values, rows, columns);
      addTiles(dWeight + at, factors, values, sums, rows, k, n, columns);
    }
  }
}

/** All tiles of a block of rows, times `columns` columns. */
function addTiles(
  target: usize, x: usize, values: usize, sums: usize, rows: i32, k: i32, n: i32, columns: i32,
): void {
  const tileBytes = <usize>rows * (ROWS_PER_TILE << 2), stripBytes = <usize>rows * LINE, stride = <usize>n << 2;
  for (let left = k; left > 0; left -= ROWS_PER_TILE, x += tileBytes, target += ROWS_PER_TILE * stride) {
    let strip = values;
    for (let j = 0; j < columns; j += LANES, strip += stripBytes) {
      tile(sums, LINE, ZEROS, 0, x, ROWS_PER_TILE << 2, strip, LINE, rows);
      addTile(target + (<usize>j << 2), stride, sums, min(ROWS_PER_TILE, left), min(LANES, columns - j));
    }
  }
}

/** Adds the sum of each column of a block. */
function addColumns(target: usize, strips: usize, rows: i32, columns: i32): void {
  for (let j = 0; j < columns; j += LANES, target += LINE) {
    let low = f32x4.splat(0), high = low;
    for (let i = 0; i < rows; i++, strips += LINE) {
      low = f32x4.add(low, v128.load(strips));
      high = f32x4.add(high, v128.load(strips, 16));
    }
    addEight(target, low, high, min(LANES, columns - j));
  }
}

/** Adds the sums of a tile, those that lie within the matrix. */
function addTile(target: usize, stride: usize, sums: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, target += stride, sums += LINE) {
    addEight(target, v128.load(sums), v128.load(sums, 16), columns);
  }
}

// @ts-expect-error: decorator
@inline
function addEight(target: usize, low: v128, high: v128, columns: i32): void {
  if (columns == LANES) {
    v128.store(target, f32x4.add(v128.load(target), low));
    v128.store(target, f32x4.add(v128.load(target, 16), high), 16);
  } else addFewer(target, low, high, columns);
}

function addFewer(target: usize, low: v128, high: v128, columns: i32): void {
  for (let c = 0; c < columns; c++) {
    const place = target + (<usize>c << 2);
    store<f32>(place, load<f32>(place) + f32x4.extract_lane(c < 4 ? low : high, 0));
    if (c < 4) low = i32x4.shuffle(low, low, 1, 2, 3, 0);
    else high = i32x4.shuffle(high, high, 1, 2, 3, 0);
  }
}
