/**
 * The register kernel of the backward pass: six rows and eight outputs, as `sixRows` of ../tiles.ts, but the six
 * factors of a term are adjacent: x[i, t .. t + 6), the transpose of what a forward product reads. A sum starts at
 * `start`, adds its terms one by one, and is stored at `target`.
 *
 *                  w0 w1   (8 outputs)
 *   x[i, t]        a0 b0   one factor at a time; a branch that is never taken ends the block after each, so that V8
 *   ...            ...     keeps the twelve sums in registers
 *   x[i, t + 5]    a5 b5
 */
import { madd } from "../madd";

const NEVER: usize = 1; // no factors lie there

/** Terms [0, count), `xStep` and `wStep` bytes apart; rows of the result are `stride` bytes apart. */
export function tile(
  target: usize, stride: usize, start: usize, startStride: usize, x: usize, xStep: usize, w: usize, wStep: usize,
  count: i32,
): void {
  let row = start;
  let a0 = v128.load(row), b0 = v128.load(row, 16);
  row += startStride;
  let a1 = v128.load(row), b1 = v128.load(row, 16);
  row += startStride;
  let a2 = v128.load(row), b2 = v128.load(row, 16);
  row += startStride;
  let a3 = v128.load(row), b3 = v128.load(row, 16);
  row += startStride;
  let a4 = v128.load(row), b4 = v128.load(row, 16);
  row += startStride;
  let a5 = v128.load(row), b5 = v128.load(row, 16);
  const end = x + <usize>count * xStep;
  while (true) {
    const w0 = v128.load(w), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<f32>(x);
    a0 = madd(s0, w0, a0);
    b0 = madd(s0, w1, b0);
    if (x == NEVER) break;
    const s1 = v128.load_splat<f32>(x, 4);
    a1 = madd(s1, w0, a1);
    b1 = madd(s1, w1, b1);
    if (x == NEVER) break;
    const s2 = v128.load_splat<f32>(x, 8);
    a2 = madd(s2, w0, a2);
    b2 = madd(s2, w1, b2);
    if (x == NEVER) break;
    const s3 = v128.load_splat<f32>(x, 12);
    a3 = madd(s3, w0, a3);
    b3 = madd(s3, w1, b3);
    if (x == NEVER) break;
    const s4 = v128.load_splat<f32>(x, 16);
    a4 = madd(s4, w0, a4);
    b4 = madd(s4, w1, b4);
    if (x == NEVER) break;
    const s5 = v128.load_splat<f32>(x, 20);
    a5 = madd(s5, w0, a5);
    b5 = madd(s5, w1, b5);
    x += xStep;
    w += wStep;
    if (x == end) break;
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  target += stride;
  v128.store(target, a1);
  v128.store(target, b1, 16);
  target += stride;
  v128.store(target, a2);
  v128.store(target, b2, 16);
  target += stride;
  v128.store(target, a3);
  v128.store(target, b3, 16);
  target += stride;
  v128.store(target, a4);
  v128.store(target, b4, 16);
  target += stride;
  v128.store(target, a5);
  v128.store(target, b5, 16);
}
