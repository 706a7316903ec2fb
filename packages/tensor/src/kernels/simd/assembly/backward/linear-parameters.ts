/**
 * dWeight += X^T dY, and dBias += the sum of dY's rows. A part of dWeight, some columns of X by some columns of dY, is
 * computed by one thread, which packs both, block by block of 256 rows, into scratch of its own. Differences from the
 * reference: sums are float32, and the terms of a block are one sum.
 *
 * One order of sums: a gradient is ((what was there + the terms of the first block) + those of the second) + ..., the
 * terms in the order of the rows. It depends on the number of rows alone, not on parts, tiles or threads.
 *
 *   for a block: X as tiles of six columns, dY as strips of eight (pack-columns.ts), in the L2 cache; four strips (32
 *   KB) stay in the L1 cache while all tiles use them
 */
import { GRADIENT_ROWS, ROWS_PER_TILE } from "../../constants";
import { ZEROS } from "../panels";
import { packColumns, packedBytes } from "./pack-columns";
import { tile } from "./tile";

const LANES: i32 = 8; // outputs of a strip
const LINE: usize = 32; // bytes of these
const STRIPS: i32 = 4; // together
const SUMS_BYTES: usize = 256; // of a tile, rounded up

/** Bytes of scratch that a thread needs for parts of `kPart` columns of X and `nPart` of dY. */
export function linearParametersScratchBytes(kPart: i32, nPart: i32): usize {
  return packedBytes(GRADIENT_ROWS, kPart, ROWS_PER_TILE) + packedBytes(GRADIENT_ROWS, nPart, LANES) + SUMS_BYTES;
}

/**
 * Parts [begin, end) of dWeight [k, n], of `kPart` rows and `nPart` columns, columns first; `dBias` may be 0. `kPart`
 * and `nPart` are multiples of six and of eight. x [m, k], dy [m, n]
 */
export function linearParameters(
  dWeight: usize, dBias: usize, x: usize, dy: usize, m: i32, k: i32, n: i32, kPart: i32, nPart: i32, scratch: usize,
  begin: i32, end: i32, thread: i32,
): void {
  const sums = scratch + <usize>thread * linearParametersScratchBytes(kPart, nPart), tiles = sums + SUMS_BYTES;
  const strips = tiles + packedBytes(GRADIENT_ROWS, kPart, ROWS_PER_TILE), kParts = (k + kPart - 1) / kPart;
  for (let part = begin; part < end; part++) {
    const t = (part % kParts) * kPart, j = part / kParts * nPart;
    const inputs = min(kPart, k - t), outputs = min(nPart, n - j);
    const target = dWeight + ((<usize>t * n + j) << 2);
    for (let row = 0; row < m; row += GRADIENT_ROWS) {
      const rows = min(GRADIENT_ROWS, m - row);
      packColumns(tiles, x + ((<usize>row * k + t) << 2), <usize>k << 2, rows, inputs, ROWS_PER_TILE);
      packColumns(strips, dy + ((<usize>row * n + j) << 2), <usize>n << 2, rows, outputs, LANES);
      if (dBias && t == 0) addColumns(dBias + (<usize>j << 2), strips, rows, outputs);
      addProducts(target, <usize>n << 2, tiles, strips, sums, rows, inputs, outputs);
    }
  }
}

/** All tiles of a block, times all its strips. */
function addProducts(
  target: usize, stride: usize, tiles: usize, strips: usize, sums: usize, rows: i32, inputs: i32, outputs: i32,
): void {
  const tileBytes = packedBytes(rows, 1, ROWS_PER_TILE), stripBytes = packedBytes(rows, 1, LANES);
  for (let first = 0; first < outputs; first += STRIPS * LANES, strips += STRIPS * stripBytes) {
    const last = min(first + STRIPS * LANES, outputs);
    let x = tiles, to = target;
    for (let left = inputs; left > 0; left -= ROWS_PER_TILE, x += tileBytes, to += ROWS_PER_TILE * stride) {
      let strip = strips;
      for (let j = first; j < last; j += LANES, strip += stripBytes) {
        tile(sums, LINE, ZEROS, 0, x, ROWS_PER_TILE << 2, strip, LINE, rows);
        addTile(to + (<usize>j << 2), stride, sums, min(ROWS_PER_TILE, left), min(LANES, outputs - j));
      }
    }
  }
}

/** Adds the sum of each column of a block. */
function addColumns(target: usize, strips: usize, rows: i32, columns: i32): void {
  const stripBytes = packedBytes(rows, 1, LANES);
  for (let j = 0; j < columns; j += LANES, target += LINE, strips += stripBytes) {
    let low = f32x4.splat(0), high = low;
    for (let at = strips, end = strips + <usize>rows * LINE; at < end; at += LINE) {
      low = f32x4.add(low, v128.load(at));
      high = f32x4.add(high, v128.load(at, 16));
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
