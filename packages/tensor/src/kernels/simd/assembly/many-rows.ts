/**
 * Many rows of a block of inputs, for linear.ts: tiles of six and five rows over the whole block, one strip after the
 * other. A tile alone has too few loads in flight to keep memory busy. So between the tiles a few lines of each of the
 * four strips of the next block are loaded, and the processor fetches further lines of these streams while tiles
 * compute.
 */
import { STRIP_LINE, STRIPS } from "./panels";
import { fiveRows, sixRows } from "./tiles";

const LOADED: usize = 1284; // in the first page: what was loaded ahead, so that no compiler drops it

/**
 * 20 rows or more, times `count` inputs of the four strips at `w`, `strip` bytes apart. The sums start at the 32 at
 * `start` and go to `target`; if `sums` is not 0, they are computed there and added to `target`. `next` is the block to
 * load ahead, `lines` of each of its strips, `nextStrip` bytes apart; 0 if there is none.
 */
export function tilesOfBlock(
  target: usize, stride: usize, start: usize, x: usize, rowBytes: usize, w: usize, strip: usize, count: i32, rows: i32,
  sums: usize, next: usize, nextStrip: usize, lines: i32,
): void {
  const fives = (6 - (rows % 6)) % 6, sixes = (rows - 5 * fives) / 6; // 19 is the last that is not a sum of both
  const tiles = sixes + fives, steps = STRIPS * tiles, by = sums ? STRIP_LINE : stride;
  let step = 0, loaded: i32 = 0;
  for (let s = 0; s < STRIPS; s++, w += strip, target += STRIP_LINE, start += STRIP_LINE) {
    let to = target, into = sums ? sums : target, rowsOfX = x;
    for (let i = 0; i < tiles; i++) {
      const n: usize = i < sixes ? 6 : 5;
      if (n == 6) sixRows(into, by, start, 0, rowsOfX, rowBytes, w, count);
      else fiveRows(into, by, start, 0, rowsOfX, rowBytes, w, count);
      if (sums) addSums(to, stride, into, <i32>n);
      to += n * stride;
      into += n * by;
      rowsOfX += n * rowBytes;
      if (next) loaded |= loadLines(next, nextStrip, (lines * step) / steps, (lines * (step + 1)) / steps);
      step++;
    }
  }
  store<i32>(LOADED, loaded);
}

/** Loads a block all at once, for the first of a unit. */
export function loadBlock(w: usize, strip: usize, lines: i32): void {
  store<i32>(LOADED, loadLines(w, strip, 0, lines));
}

/** Loads lines [from, to), of 64 bytes, of each of the four strips at `w`; returns a number made of them. */
function loadLines(w: usize, strip: usize, from: i32, to: i32): i32 {
  let all: i32 = 0;
  for (let at = w + (<usize>from << 6), end = w + (<usize>to << 6); at < end; at += 64) {
    all |= load<i32>(at) | load<i32>(at + strip) | load<i32>(at + 2 * strip) | load<i32>(at + 3 * strip);
  }
  return all;
}

/** Adds a tile's sums to the output. */
// @ts-expect-error: decorator
@inline
function addSums(target: usize, stride: usize, sums: usize, rows: i32): void {
  addRow(target, sums);
  addRow(target + stride, sums + STRIP_LINE);
  addRow(target + 2 * stride, sums + 2 * STRIP_LINE);
  addRow(target + 3 * stride, sums + 3 * STRIP_LINE);
  addRow(target + 4 * stride, sums + 4 * STRIP_LINE);
  if (rows > 5) addRow(target + 5 * stride, sums + 5 * STRIP_LINE);
}

// @ts-expect-error: decorator
@inline
function addRow(target: usize, sums: usize): void {
  v128.store(target, f32x4.add(v128.load(target), v128.load(sums)));
  v128.store(target, f32x4.add(v128.load(target, 16), v128.load(sums, 16)), 16);
}
