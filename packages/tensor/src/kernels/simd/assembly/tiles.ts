/**
 * The register kernels of linear.ts: rows of x times inputs of float32 strips of eight outputs. Each output is one lane
 * of one sum, which adds its terms one by one in the order of the inputs. The order of additions is therefore the same
 * for every tile shape.
 *
 *   one row     32 outputs   8 sums: reads four strips concurrently
 *   two rows    16 outputs   8 sums: two strips
 *   five, six   8 outputs    10 or 12 sums: two units with a latency of four need eight; six rows reach 99% of the
 *                            multiply-add limit in the L1 cache, five 97%, four would 82%
 *
 * A tile starts from the sums at `start` and stores sums at `target`, so that a long sum can be computed in parts
 * without changing the order. It ends in plain stores: with anything else after the loop, V8 of Node 20 spills the sums
 * inside it.
 */
import { madd } from "./madd";
import { STRIP_LINE } from "./panels";

const NEVER: usize = 1; // no row starts there

/**
 * One row and four strips, `strip` bytes apart. V8 moves the loads of a basic block to its start; a branch that is
 * never taken ends the block before registers run out.
 */
export function oneRow(target: usize, start: usize, x: usize, w: usize, strip: usize, count: i32): void {
  let a0 = v128.load(start), a1 = v128.load(start, 16), a2 = v128.load(start, 32), a3 = v128.load(start, 48);
  let a4 = v128.load(start, 64), a5 = v128.load(start, 80), a6 = v128.load(start, 96), a7 = v128.load(start, 112);
  let w1 = w + strip, w2 = w1 + strip, w3 = w2 + strip;
  for (const end = x + (<usize>count << 2); x < end; x += 4) {
    const s = v128.load_splat<f32>(x);
    a0 = madd(s, v128.load(w), a0);
    a1 = madd(s, v128.load(w, 16), a1);
    a2 = madd(s, v128.load(w1), a2);
    a3 = madd(s, v128.load(w1, 16), a3);
    if (x == NEVER) break;
    a4 = madd(s, v128.load(w2), a4);
    a5 = madd(s, v128.load(w2, 16), a5);
    a6 = madd(s, v128.load(w3), a6);
    a7 = madd(s, v128.load(w3, 16), a7);
    w += STRIP_LINE;
    w1 += STRIP_LINE;
    w2 += STRIP_LINE;
    w3 += STRIP_LINE;
  }
  storeSums(target, a0, a1, a2, a3, a4, a5, a6, a7);
}

/** The sums of a row and a panel, side by side. */
// @ts-expect-error: decorator
@inline
export function storeSums(
  target: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128,
): void {
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
  v128.store(target, a4, 64);
  v128.store(target, a5, 80);
  v128.store(target, a6, 96);
  v128.store(target, a7, 112);
}

/** Two rows and the outputs of two strips, `strip` bytes apart. */
export function twoRows(
  target: usize, stride: usize, start: usize, startStride: usize, x0: usize, rowBytes: usize, w: usize, strip: usize,
  count: i32,
): void {
  const start1 = start + startStride, target1 = target + stride;
  let a0 = v128.load(start), a1 = v128.load(start, 16), a2 = v128.load(start, 32), a3 = v128.load(start, 48);
  let b0 = v128.load(start1), b1 = v128.load(start1, 16), b2 = v128.load(start1, 32), b3 = v128.load(start1, 48);
  let w1 = w + strip, x1 = x0 + rowBytes;
  for (const end = x0 + (<usize>count << 2); x0 < end; x0 += 4, x1 += 4, w += STRIP_LINE, w1 += STRIP_LINE) {
    const s0 = v128.load_splat<f32>(x0), s1 = v128.load_splat<f32>(x1);
    const v0 = v128.load(w), v1 = v128.load(w, 16), v2 = v128.load(w1), v3 = v128.load(w1, 16);
    a0 = madd(s0, v0, a0);
    a1 = madd(s0, v1, a1);
    b0 = madd(s1, v0, b0);
    b1 = madd(s1, v1, b1);
    a2 = madd(s0, v2, a2);
    a3 = madd(s0, v3, a3);
    b2 = madd(s1, v2, b2);
    b3 = madd(s1, v3, b3);
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
  v128.store(target1, b0);
  v128.store(target1, b1, 16);
  v128.store(target1, b2, 32);
  v128.store(target1, b3, 48);
}

/**
 * Five rows and eight outputs.
 *
 *               w0 w1   (8 outputs)
 *   x[i, t]     a0 b0
 *   ...         ...     ten sums, two weights, three factors: fifteen registers, all that V8 has
 *   x[i + 4, t] a4 b4
 *
 * A fourth and fifth factor in the same block would spill, so a branch that is never taken ends the block after three
 * rows. Two inputs per iteration; the loop can end after either.
 */
export function fiveRows(
  target: usize, stride: usize, start: usize, startStride: usize, x0: usize, rowBytes: usize, w: usize, count: i32,
): void {
  const start1 = start + startStride, start2 = start1 + startStride;
  const start3 = start2 + startStride, start4 = start3 + startStride;
  let x1 = x0 + rowBytes, x2 = x1 + rowBytes, x3 = x2 + rowBytes, x4 = x3 + rowBytes;
  const xEnd = x0 + (<usize>count << 2), last = xEnd - 4;
  let a0 = v128.load(start), b0 = v128.load(start, 16);
  let a1 = v128.load(start1), b1 = v128.load(start1, 16);
  let a2 = v128.load(start2), b2 = v128.load(start2, 16);
  let a3 = v128.load(start3), b3 = v128.load(start3, 16);
  let a4 = v128.load(start4), b4 = v128.load(start4, 16);
  while (true) {
    const w0 = v128.load(w, 0), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<f32>(x0), s1 = v128.load_splat<f32>(x1), s2 = v128.load_splat<f32>(x2);
    a0 = madd(s0, w0, a0);
    b0 = madd(s0, w1, b0);
    a1 = madd(s1, w0, a1);
    b1 = madd(s1, w1, b1);
    a2 = madd(s2, w0, a2);
    b2 = madd(s2, w1, b2);
    if (x0 == NEVER) break;
    const s3 = v128.load_splat<f32>(x3);
    a3 = madd(s3, w0, a3);
    b3 = madd(s3, w1, b3);
    const s4 = v128.load_splat<f32>(x4);
    a4 = madd(s4, w0, a4);
    b4 = madd(s4, w1, b4);
    if (x0 == last) break;
    const w2 = v128.load(w, STRIP_LINE), w3 = v128.load(w, STRIP_LINE + 16);
    const t0 = v128.load_splat<f32>(x0, 4), t1 = v128.load_splat<f32>(x1, 4), t2 = v128.load_splat<f32>(x2, 4);
    a0 = madd(t0, w2, a0);
    b0 = madd(t0, w3, b0);
    a1 = madd(t1, w2, a1);
    b1 = madd(t1, w3, b1);
    a2 = madd(t2, w2, a2);
    b2 = madd(t2, w3, b2);
    if (x0 == NEVER) break;
    const t3 = v128.load_splat<f32>(x3, 4);
    a3 = madd(t3, w2, a3);
    b3 = madd(t3, w3, b3);
    const t4 = v128.load_splat<f32>(x4, 4);
    a4 = madd(t4, w2, a4);
    b4 = madd(t4, w3, b4);
    x0 += 8;
    x1 += 8;
    x2 += 8;
    x3 += 8;
    x4 += 8;
    w += 2 * STRIP_LINE;
    if (x0 == xEnd) break;
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  v128.store(target + stride, a1);
  v128.store(target + stride, b1, 16);
  v128.store(target + 2 * stride, a2);
  v128.store(target + 2 * stride, b2, 16);
  v128.store(target + 3 * stride, a3);
  v128.store(target + 3 * stride, b3, 16);
  v128.store(target + 4 * stride, a4);
  v128.store(target + 4 * stride, b4, 16);
}

/**
 * Six rows and eight outputs: twelve sums, two weights and one factor, so that a branch ends the block after each row.
 * One input per iteration: with two, 14 branches cost more than the loop.
 */
export function sixRows(
  target: usize, stride: usize, start: usize, startStride: usize, x0: usize, rowBytes: usize, w: usize, count: i32,
): void {
  const start1 = start + startStride, start2 = start1 + startStride, start3 = start2 + startStride;
  const start4 = start3 + startStride, start5 = start4 + startStride;
  let x1 = x0 + rowBytes, x2 = x1 + rowBytes, x3 = x2 + rowBytes, x4 = x3 + rowBytes, x5 = x4 + rowBytes;
  const xEnd = x0 + (<usize>count << 2);
  let a0 = v128.load(start), b0 = v128.load(start, 16);
  let a1 = v128.load(start1), b1 = v128.load(start1, 16);
  let a2 = v128.load(start2), b2 = v128.load(start2, 16);
  let a3 = v128.load(start3), b3 = v128.load(start3, 16);
  let a4 = v128.load(start4), b4 = v128.load(start4, 16);
  let a5 = v128.load(start5), b5 = v128.load(start5, 16);
  while (true) {
    const w0 = v128.load(w, 0), w1 = v128.load(w, 16);
    const s0 = v128.load_splat<f32>(x0);
    a0 = madd(s0, w0, a0);
    b0 = madd(s0, w1, b0);
    if (x0 == NEVER) break;
    const s1 = v128.load_splat<f32>(x1);
    a1 = madd(s1, w0, a1);
    b1 = madd(s1, w1, b1);
    if (x0 == NEVER) break;
    const s2 = v128.load_splat<f32>(x2);
    a2 = madd(s2, w0, a2);
    b2 = madd(s2, w1, b2);
    if (x0 == NEVER) break;
    const s3 = v128.load_splat<f32>(x3);
    a3 = madd(s3, w0, a3);
    b3 = madd(s3, w1, b3);
    if (x0 == NEVER) break;
    const s4 = v128.load_splat<f32>(x4);
    a4 = madd(s4, w0, a4);
    b4 = madd(s4, w1, b4);
    if (x0 == NEVER) break;
    const s5 = v128.load_splat<f32>(x5);
    a5 = madd(s5, w0, a5);
    b5 = madd(s5, w1, b5);
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
    x4 += 4;
    x5 += 4;
    w += STRIP_LINE;
    if (x0 == xEnd) break;
  }
  v128.store(target, a0);
  v128.store(target, b0, 16);
  v128.store(target + stride, a1);
  v128.store(target + stride, b1, 16);
  v128.store(target + 2 * stride, a2);
  v128.store(target + 2 * stride, b2, 16);
  v128.store(target + 3 * stride, a3);
  v128.store(target + 3 * stride, b3, 16);
  v128.store(target + 4 * stride, a4);
  v128.store(target + 4 * stride, b4, 16);
  v128.store(target + 5 * stride, a5);
  v128.store(target + 5 * stride, b5, 16);
}
