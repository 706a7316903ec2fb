/**
 * Causal attention over the cache, fused per head and tile of four queries: the scores of a tile stay in per-thread
 * scratch and are never written to memory, unless scores or pattern are requested.
 *
 *   scores: 4 keys at a time for two queries, in 8 accumulators, or for one
 *   values: 4 queries x 8 channels in 8 accumulators; for one query, four values one after the other
 *
 * One order of sums: a score is the sum over channels in four lanes, then the sum of the lanes, then the products of
 * the remaining channels. An output adds its values one after the other, each as a multiply-add, or for channels beyond
 * a multiple of eight as a product and a sum. So a query has the same result in any tile and alone in a step.
 *
 *              keys 0 .. past + i
 *            +--4--+--4--+- -+         4 queries of one head: scores of four keys at once, softmax row by row, then
 *   4 x q    |     |     |   |\        the sum of values; the last few keys, which differ per row, are added one by one
 *            +-----+-----+- -+--\
 *
 * Query i reads keys 0 .. past + i and no other, so later tokens cannot change its result. A tile processes the keys up
 * to its first query's last key together; each further query adds its last few keys alone.
 */
import { FROM_PATTERN, FROM_QUERIES, FROM_SCORES, QUERIES_PER_TILE, SEQUENCE_NUMBERS } from "../constants";
import { weighTile } from "./attention-values";
import { madd, sumOfLanes } from "./madd";
import { softmaxRow } from "./softmax";

const FETCHED: usize = 1280; // in the first page, after the slots: what was read ahead, so that no compiler drops it

/** Bytes of scratch that a thread needs: a row of scores for each query of a tile. */
export function attentionScratchBytes(s: i32): usize {
  return <usize>(QUERIES_PER_TILE * s) << 2;
}

/**
 * Tiles [begin, end) in order of sequences and heads. q, out [sum of T, H d]; `sequences`, a table of numbers; scores,
 * pattern [H, T, S] of a single sequence, or 0; `longest`, the most keys of a sequence.
 */
export function attention(
  out: usize, q: usize, sequences: usize, scores: usize, pattern: usize, scratch: usize, longest: i32, heads: i32,
  d: i32, scale: f32, from: i32, begin: i32, end: i32, thread: i32,
): void {
  scratch += <usize>thread * attentionScratchBytes(longest);
  for (let i = begin; i < end; i++) {
    while (i >= number(sequences, 0)) sequences += SEQUENCE_NUMBERS << 2;
    const lastTile = number(sequences, 0), row = number(sequences, 1), t = number(sequences, 2);
    const past = number(sequences, 3), capacity = number(sequences, 4);
    const keys = <usize>number(sequences, 5), values = <usize>number(sequences, 6);
    const tiles = (t + QUERIES_PER_TILE - 1) / QUERIES_PER_TILE, tile = i - (lastTile - heads * tiles);
    const rows = (<usize>row * (heads * d)) << 2;
    attentionTile(
      out + rows, q + rows, keys, values, scores, pattern, scratch,
      tile / tiles, (tile % tiles) * QUERIES_PER_TILE, t, heads, d, capacity, past, scale, from,
    );
  }
}

/**
 * A number of a sequence: where its tiles end, its first row, T, P, the capacity of its keys, the addresses of keys and
 * values [H, capacity, d].
 */
// @ts-expect-error: decorator
@inline
function number(sequence: usize, index: i32): i32 {
  return load<i32>(sequence + (<usize>index << 2));
}

/** One head and its queries [first, first + 4). q, out [T, H d]; keys, values [H, capacity, d]; scratch [4, S]. */
function attentionTile(
  out: usize, q: usize, keys: usize, values: usize, scores: usize, pattern: usize, scratch: usize,
  head: i32, first: i32, t: i32, heads: i32, d: i32, capacity: i32, past: i32, scale: f32, from: i32,
): void {
  const s = past + t;
  const rows = min(QUERIES_PER_TILE, t - first);
  const rowBytes = <usize>(heads * d) << 2, scratchBytes = <usize>s << 2;
  const headStart = ((<usize>head * capacity) * d) << 2;
  const query = q + <usize>first * rowBytes + (<usize>(head * d) << 2);
  const square = ((<usize>head * t + first) * s) << 2; // row [head, first] of scores and pattern
  if (from == FROM_QUERIES) {
    const ks = keys + headStart, vs = values + headStart;
    scoresOfTile(scratch, scratchBytes, query, rowBytes, ks, vs, d, rows, past + first + 1, scale);
  }
  for (let r = 0; r < rows; r++) {
    const seen = past + first + r + 1;
    const row = scratch + <usize>r * scratchBytes;
    const at = square + <usize>r * scratchBytes;
    if (from == FROM_SCORES) memory.copy(row, scores + at, <usize>seen << 2);
    else if (from == FROM_QUERIES && scores) keep(scores + at, row, seen, s, -Infinity);
    if (from == FROM_PATTERN) memory.copy(row, pattern + at, <usize>seen << 2);
    else {
      softmaxRow(row, row, seen);
      if (pattern) keep(pattern + at, row, seen, s, 0);
    }
  }
  const target = out + <usize>first * rowBytes + (<usize>(head * d) << 2);
  weighTile(target, rowBytes, scratch, scratchBytes, values + headStart, d, rows, past + first + 1);
}

/** Copies a row and fills the masked part. */
function keep(target: usize, row: usize, seen: i32, s: i32, masked: f32): void {
  memory.copy(target, row, <usize>seen << 2);
  for (let j = seen; j < s; j++) store<f32>(target + (<usize>j << 2), masked);
}

function scoresOfTile(
  scratch: usize, scratchBytes: usize, query: usize, rowBytes: usize, keys: usize, values: usize, d: i32, rows: i32,
  seen: i32, scale: f32,
): void {
  let r = 0;
  for (; r + 1 < rows; r += 2) {
    const row = scratch + <usize>r * scratchBytes;
    const q0 = query + <usize>r * rowBytes;
    twoRows(row, row + scratchBytes, q0, q0 + rowBytes, keys, d, (seen + r) & ~3, scale);
    oneByOne(row, q0, keys, d, (seen + r) & ~3, seen + r, scale);
    oneByOne(row + scratchBytes, q0 + rowBytes, keys, d, (seen + r) & ~3, seen + r + 1, scale);
  }
  if (r < rows) {
    const row = scratch + <usize>r * scratchBytes;
    const q0 = query + <usize>r * rowBytes;
    oneRow(row, q0, keys, values, d, (seen + r) & ~3, scale);
    oneByOne(row, q0, keys, d, (seen + r) & ~3, seen + r, scale);
  }
}

/** Lane i of the result is the sum of a's, b's, c's or d's lanes. */
// @ts-expect-error: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7)); // a02 b02 a13 b13
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** The sum over channels beyond a multiple of four, one key per lane. */
function tail(q: usize, keys: usize, stride: usize, d: i32): v128 {
  let a: f32 = 0, b: f32 = 0, c: f32 = 0, e: f32 = 0;
  for (let j = d & ~3; j < d; j++) {
    const at = <usize>j << 2;
    const x = load<f32>(q + at);
    const key = keys + at;
    a += x * load<f32>(key);
    b += x * load<f32>(key + stride);
    c += x * load<f32>(key + 2 * stride);
    e += x * load<f32>(key + 3 * stride);
  }
  return f32x4(a, b, c, e);
}

/**
 * One query and four keys at a time, one from each quarter of the keys, while the values of these keys are fetched into
 * the processor's cache: eight concurrent streams, where reading all keys and then all values is one.
 */
function oneRow(row: usize, q: usize, keys: usize, values: usize, d: i32, count: i32, scale: f32): void {
  const fours = <usize>(d & ~3) << 2;
  const quarter = count >> 2, stride = (<usize>quarter * d) << 2, next = <usize>quarter << 2;
  let fetched = 0;
  for (let t = 0; t < quarter; t++) {
    const at = (<usize>t * d) << 2, key = keys + at;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let j: usize = 0; j < fours; j += 16) {
      const x = v128.load(q + j);
      a0 = madd(x, v128.load(key + j), a0);
      a1 = madd(x, v128.load(key + stride + j), a1);
      a2 = madd(x, v128.load(key + 2 * stride + j), a2);
      a3 = madd(x, v128.load(key + 3 * stride + j), a3);
    }
    for (let v = values + at, end = v + fours; v < end; v += 64) {
      fetched |= load<i32>(v) | load<i32>(v + stride) | load<i32>(v + 2 * stride) | load<i32>(v + 3 * stride);
    }
    let dots = sums(a0, a1, a2, a3);
    if (d & 3) dots = f32x4.add(dots, tail(q, key, stride, d));
    dots = f32x4.mul(dots, f32x4.splat(scale));
    const score = row + (<usize>t << 2);
    v128.store_lane<f32>(score, dots, 0);
    v128.store_lane<f32>(score + next, dots, 1);
    v128.store_lane<f32>(score + 2 * next, dots, 2);
    v128.store_lane<f32>(score + 3 * next, dots, 3);
  }
  store<i32>(FETCHED, fetched);
}

function twoRows(row0: usize, row1: usize, q0: usize, q1: usize, keys: usize, d: i32, count: i32, scale: f32): void {
  const stride = <usize>d << 2;
  const fours = <usize>(d & ~3) << 2;
  for (let t = 0; t < count; t += 4) {
    const key = keys + <usize>t * stride;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let j: usize = 0; j < fours; j += 16) {
      const x = v128.load(q0 + j), y = v128.load(q1 + j);
      const k0 = v128.load(key + j), k1 = v128.load(key + stride + j);
      a0 = madd(x, k0, a0);
      b0 = madd(y, k0, b0);
      a1 = madd(x, k1, a1);
      b1 = madd(y, k1, b1);
      const k2 = v128.load(key + 2 * stride + j), k3 = v128.load(key + 3 * stride + j);
      a2 = madd(x, k2, a2);
      b2 = madd(y, k2, b2);
      a3 = madd(x, k3, a3);
      b3 = madd(y, k3, b3);
    }
    let first = sums(a0, a1, a2, a3), second = sums(b0, b1, b2, b3);
    if (d & 3) {
      first = f32x4.add(first, tail(q0, key, stride, d));
      second = f32x4.add(second, tail(q1, key, stride, d));
    }
    v128.store(row0 + (<usize>t << 2), f32x4.mul(first, f32x4.splat(scale)));
    v128.store(row1 + (<usize>t << 2), f32x4.mul(second, f32x4.splat(scale)));
  }
}

/** Keys [begin, end), usually fewer than four; each sum in the order of `sums` and `tail`. */
function oneByOne(row: usize, q: usize, keys: usize, d: i32, begin: i32, end: i32, scale: f32): void {
  const fours = <usize>(d & ~3) << 2;
  for (let t = begin; t < end; t++) {
    const key = keys + ((<usize>t * d) << 2);
    let lanes = f32x4.splat(0);
    for (let j: usize = 0; j < fours; j += 16) lanes = madd(v128.load(q + j), v128.load(key + j), lanes);
    let dot = sumOfLanes(lanes);
    if (d & 3) {
      let rest: f32 = 0;
      for (let j = fours; j < <usize>d << 2; j += 4) rest += load<f32>(q + j) * load<f32>(key + j);
      dot += rest;
    }
    store<f32>(row + (<usize>t << 2), dot * scale);
  }
}
