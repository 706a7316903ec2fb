/** A step's product: one row, one panel, bound by reading W. One sequential stream into eight accumulators (linear.ts). */
import { firstBfloats, firstHalves, lastBfloats, lastHalves, lowerShift, placeFactor, placeMask, upperMask } from "./halves";
import { madd } from "./madd";

const LANES: i32 = 8; // outputs of a panel
const NEVER: usize = 1; // no row begins there

/** A row of out for float32 panels: four inputs a turn. */
// @ts-expect-error: decorator
@inline
export function oneRow(outRow: usize, x: usize, w: usize, bias: usize, k: i32, n: i32, panel: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  const inFours = x + (<usize>(k & ~3) << 2);
  const xEnd = x + (<usize>k << 2);
  while (x < inFours) {
    const x0 = v128.load_splat<f32>(x, 0);
    a0 = madd(x0, v128.load(w, 0), a0);
    a1 = madd(x0, v128.load(w, 16), a1);
    const x1 = v128.load_splat<f32>(x, 4);
    a2 = madd(x1, v128.load(w, 32), a2);
    a3 = madd(x1, v128.load(w, 48), a3);
    if (x == NEVER) break;
    const x2 = v128.load_splat<f32>(x, 8);
    a4 = madd(x2, v128.load(w, 64), a4);
    a5 = madd(x2, v128.load(w, 80), a5);
    const x3 = v128.load_splat<f32>(x, 12);
    a6 = madd(x3, v128.load(w, 96), a6);
    a7 = madd(x3, v128.load(w, 112), a7);
    x += 16;
    w += 128;
  }
  for (; x < xEnd; x += 4, w += 32) {
    const x0 = v128.load_splat<f32>(x);
    a0 = madd(x0, v128.load(w, 0), a0);
    a1 = madd(x0, v128.load(w, 16), a1);
  }
  const low = f32x4.add(f32x4.add(a0, a2), f32x4.add(a4, a6));
  const high = f32x4.add(f32x4.add(a1, a3), f32x4.add(a5, a7));
  storePanel(outRow, low, high, bias, n, panel);
}

/** A row of out for panels of bfloat16, each number widened as it is read. */
export function oneRowOfBfloats(outRow: usize, x: usize, w: usize, bias: usize, k: i32, n: i32, panel: i32): void {
  const mask = upperMask();
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  const inFours = x + (<usize>(k & ~3) << 2);
  const xEnd = x + (<usize>k << 2);
  while (x < inFours) {
    const h0 = v128.load(w, 0), x0 = v128.load_splat<f32>(x, 0);
    a0 = madd(x0, firstBfloats(h0), a0);
    a1 = madd(x0, lastBfloats(h0, mask), a1);
    const h1 = v128.load(w, 16), x1 = v128.load_splat<f32>(x, 4);
    a2 = madd(x1, firstBfloats(h1), a2);
    a3 = madd(x1, lastBfloats(h1, mask), a3);
    if (x == NEVER) break;
    const h2 = v128.load(w, 32), x2 = v128.load_splat<f32>(x, 8);
    a4 = madd(x2, firstBfloats(h2), a4);
    a5 = madd(x2, lastBfloats(h2, mask), a5);
    const h3 = v128.load(w, 48), x3 = v128.load_splat<f32>(x, 12);
    a6 = madd(x3, firstBfloats(h3), a6);
    a7 = madd(x3, lastBfloats(h3, mask), a7);
    x += 16;
    w += 64;
  }
  for (; x < xEnd; x += 4, w += 16) {
    const h0 = v128.load(w), x0 = v128.load_splat<f32>(x);
    a0 = madd(x0, firstBfloats(h0), a0);
    a1 = madd(x0, lastBfloats(h0, mask), a1);
  }
  const low = f32x4.add(f32x4.add(a0, a2), f32x4.add(a4, a6));
  const high = f32x4.add(f32x4.add(a1, a3), f32x4.add(a5, a7));
  storePanel(outRow, low, high, bias, n, panel);
}

/** A row of out for panels of float16. Four sums: with eight, registers run out, and widening takes longer than adding anyway. */
export function oneRowOfHalves(outRow: usize, x: usize, w: usize, bias: usize, k: i32, n: i32, panel: i32): void {
  const mask = placeMask(), factor = placeFactor(), shift = lowerShift();
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  const inFours = x + (<usize>(k & ~3) << 2);
  const xEnd = x + (<usize>k << 2);
  while (x < inFours) {
    const h0 = v128.load(w, 0), x0 = v128.load_splat<f32>(x, 0);
    a0 = madd(x0, firstHalves(h0, mask, factor, shift), a0);
    a1 = madd(x0, lastHalves(h0, mask, factor), a1);
    const h1 = v128.load(w, 16), x1 = v128.load_splat<f32>(x, 4);
    a2 = madd(x1, firstHalves(h1, mask, factor, shift), a2);
    a3 = madd(x1, lastHalves(h1, mask, factor), a3);
    if (x == NEVER) break;
    const h2 = v128.load(w, 32), x2 = v128.load_splat<f32>(x, 8);
    a0 = madd(x2, firstHalves(h2, mask, factor, shift), a0);
    a1 = madd(x2, lastHalves(h2, mask, factor), a1);
    const h3 = v128.load(w, 48), x3 = v128.load_splat<f32>(x, 12);
    a2 = madd(x3, firstHalves(h3, mask, factor, shift), a2);
    a3 = madd(x3, lastHalves(h3, mask, factor), a3);
    x += 16;
    w += 64;
  }
  for (; x < xEnd; x += 4, w += 16) {
    const h0 = v128.load(w), x0 = v128.load_splat<f32>(x);
    a0 = madd(x0, firstHalves(h0, mask, factor, shift), a0);
    a1 = madd(x0, lastHalves(h0, mask, factor), a1);
  }
  storePanel(outRow, f32x4.add(a0, a2), f32x4.add(a1, a3), bias, n, panel);
}

/** out[8 panel ..] = sums + bias, as many of the 8 as there are. */
function storePanel(outRow: usize, low: v128, high: v128, bias: usize, n: i32, panel: i32): void {
  const at = <usize>panel << 5;
  if ((panel + 1) * LANES <= n) {
    if (bias) {
      low = f32x4.add(low, v128.load(bias + at, 0));
      high = f32x4.add(high, v128.load(bias + at, 16));
    }
    v128.store(outRow + at, low, 0);
    v128.store(outRow + at, high, 16);
    return;
  }
  storeTail(outRow + at, low, high, bias ? bias + at : 0, n & 7);
}

function storeTail(place: usize, low: v128, high: v128, bias: usize, count: i32): void {
  for (let j = 0; j < count; j++) {
    let sum = laneOf(low, high, j);
    if (bias) sum += load<f32>(bias + (j << 2));
    store<f32>(place + (j << 2), sum);
  }
}

/** Lane j of eight, j not known when compiled. */
function laneOf(low: v128, high: v128, j: i32): f32 {
  const four = j < 4 ? low : high;
  switch (j & 3) {
    case 0: return f32x4.extract_lane(four, 0);
    case 1: return f32x4.extract_lane(four, 1);
    case 2: return f32x4.extract_lane(four, 2);
    default: return f32x4.extract_lane(four, 3);
  }
}
