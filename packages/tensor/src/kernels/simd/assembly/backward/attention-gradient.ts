/**
 * Gradients of causal attention: one head of one sequence is a unit, computed by one thread. Its rows are copied into
 * that thread's scratch, padded with zeros, so that all products are whole tiles of six rows and eight outputs; then 48
 * queries at a time:
 *
 *   P = softmax(scale Q K^T)     dP = dZ V^T     dS = P (dP - dZ . Z), row by row     dQ = scale dS K
 *   dK += dS^T (scale Q)         dV += P^T dZ
 *
 *                keys
 *              +--8--+--8--+- -    a tile computes no key beyond its last query's; what is masked is 0 in P and dS
 *   6 queries  |     |     | \
 *              +-----+-----+--\
 *
 * Nothing of size T x T exists: P and dS are [48, T]. One order of sums: each output's terms one after the other, in
 * the order of channels, keys or queries. Difference from the reference: float32.
 */
import { ROWS_PER_TILE } from "../../constants";
import { madd, sumOfLanes } from "../madd";
import { ZEROS } from "../panels";
import { maxOf } from "../softmax";
import { sixRows } from "../tiles";
import { exponentials } from "./cross-entropy";
import { copyHead, copyHeadOut, stripsOfChannels, stripsOfRows } from "./head-copies";
import { tile } from "./tile";

const LANES: i32 = 8; // outputs of a tile
const LINE: usize = 32; // bytes of these
const QUERIES_TOGETHER: i32 = 48; // whose pattern exists at the same time; a multiple of ROWS_PER_TILE
const T_MULTIPLE: i32 = 24; // of rows and of outputs of a tile
const MATRICES: usize = 7; // of a head, in scratch

// @ts-expect-error: decorator
@inline
function roundUp(x: i32, multiple: i32): i32 {
  return (x + multiple - 1) / multiple * multiple;
}

/** Bytes of scratch that a thread needs for sequences of up to t rows. */
export function attentionGradientScratchBytes(t: i32, d: i32): usize {
  const rows = <usize>roundUp(t, T_MULTIPLE), channels = <usize>roundUp(d, LANES);
  return (MATRICES * rows * channels + 2 * <usize>QUERIES_TOGETHER * rows + ROWS_PER_TILE * channels) << 2;
}

/**
 * Heads [begin, end), in the order of sequences. `sequences`: first row and T of each. q, k, v, z, dz [sum of T, H d];
 * dQkv [sum of T, 3 H d]; `longest`, the largest T.
 */
export function attentionGradient(
  dQkv: usize, dz: usize, q: usize, k: usize, v: usize, z: usize, sequences: usize, scratch: usize, longest: i32,
  heads: i32, d: i32, scale: f32, begin: i32, end: i32, thread: i32,
): void {
  scratch += <usize>thread * attentionGradientScratchBytes(longest, d);
  const c = heads * d, rowBytes = <usize>c << 2;
  for (let i = begin; i < end; i++) {
    const sequence = sequences + (<usize>(i / heads) << 3), column = <usize>((i % heads) * d) << 2;
    const first = <usize>load<i32>(sequence), t = load<i32>(sequence, 4);
    const at = first * rowBytes + column, target = dQkv + 3 * first * rowBytes + column;
    head(target, dz + at, q + at, k + at, v + at, z + at, scratch, t, d, rowBytes, scale);
  }
}

/** One head of one sequence; rows of z, for example, are `rowBytes` apart, rows of dQkv three times that. */
function head(
  dQkv: usize, dz: usize, q: usize, k: usize, v: usize, z: usize, scratch: usize, t: i32, d: i32, rowBytes: usize,
  scale: f32,
): void {
  const rows = roundUp(t, T_MULTIPLE), channels = roundUp(d, LANES), size = <usize>(rows * channels) << 2;
  const queries = scratch, dOuts = queries + size, keysByRow = dOuts + size, valuesByRow = keysByRow + size;
  const keysByChannel = valuesByRow + size, dKeys = keysByChannel + size, dValues = dKeys + size;
  const pattern = dValues + size, square = <usize>(QUERIES_TOGETHER * rows) << 2;
  copyHead(queries, q, rowBytes, t, d, rows, channels, scale);
  copyHead(dOuts, dz, rowBytes, t, d, rows, channels, 1);
  stripsOfRows(keysByRow, k, rowBytes, t, d, rows, channels);
  stripsOfRows(valuesByRow, v, rowBytes, t, d, rows, channels);
  stripsOfChannels(keysByChannel, k, rowBytes, t, d, rows, channels);
  memory.fill(dKeys, 0, 2 * size);
  for (let first = 0; first < t; first += QUERIES_TOGETHER) {
    const count = min(QUERIES_TOGETHER, t - first);
    patterns(
      pattern, pattern + square, dOuts, queries, keysByRow, valuesByRow, dz, z, first, count, d, rowBytes, rows,
      channels,
    );
    const row = 3 * <usize>first * rowBytes;
    queryGradients(
      dQkv + row, pattern + square, keysByChannel, pattern + 2 * square, first, count, d, 3 * rowBytes, rows, channels,
      scale,
    );
    sumsOverQueries(dKeys, pattern + square, queries, first, count, rows, channels);
    sumsOverQueries(dValues, pattern, dOuts, first, count, rows, channels);
  }
  copyHeadOut(dQkv + rowBytes, 3 * rowBytes, dKeys, t, d, channels);
  copyHeadOut(dQkv + 2 * rowBytes, 3 * rowBytes, dValues, t, d, channels);
}

/** P and dS of `count` queries from `first` on, and of padding up to a multiple of six; 0 where masked. */
function patterns(
  pattern: usize, dScores: usize, dOuts: usize, queries: usize, keys: usize, values: usize, dz: usize, z: usize,
  first: i32, count: i32, d: i32, rowBytes: usize, rows: i32, channels: i32,
): void {
  const stride = <usize>rows << 2, width = <usize>channels << 2, stripBytes = <usize>channels * LINE;
  const padded = roundUp(count, ROWS_PER_TILE), reach = min(rows, roundUp(first + padded, T_MULTIPLE));
  for (let r = 0; r < padded; r += ROWS_PER_TILE) {
    const at = <usize>r * stride, x = <usize>(first + r) * width, seen = min(rows, first + r + ROWS_PER_TILE);
    for (let t = 0, strip: usize = 0; t < seen; t += LANES, strip += stripBytes) {
      const place = at + (<usize>t << 2);
      sixRows(pattern + place, stride, ZEROS, 0, queries + x, width, keys + strip, channels);
      sixRows(dScores + place, stride, ZEROS, 0, dOuts + x, width, values + strip, channels);
    }
  }
  for (let r = 0; r < padded; r++) {
    const at = <usize>r * stride, seen = r < count ? first + r + 1 : 0, end = <usize>reach << 2;
    if (seen) {
      const row = <usize>(first + r) * rowBytes;
      const part = <f32>(1 / exponentials(pattern + at, seen, maxOf(pattern + at, seen)));
      scoreGradients(dScores + at, pattern + at, part, dot(dz + row, z + row, d), seen);
    }
    const masked = at + (<usize>seen << 2), bytes = end - (<usize>seen << 2);
    memory.fill(pattern + masked, 0, bytes);
    memory.fill(dScores + masked, 0, bytes);
  }
}

/** P = part e, where e is, and dS = P (dP - inner), where dP is; a few elements beyond the row are computed too. */
function scoreGradients(dScores: usize, pattern: usize, part: f32, inner: f32, seen: i32): void {
  const parts = f32x4.splat(part), inners = f32x4.splat(inner);
  for (let at: usize = 0, end = <usize>seen << 2; at < end; at += 16) {
    const p = f32x4.mul(v128.load(pattern + at), parts);
    v128.store(pattern + at, p);
    v128.store(dScores + at, f32x4.mul(p, f32x4.sub(v128.load(dScores + at), inners)));
  }
}

function dot(a: usize, b: usize, d: i32): f32 {
  const fours = <usize>(d & ~3) << 2, end = <usize>d << 2;
  let lanes = f32x4.splat(0);
  for (let at: usize = 0; at < fours; at += 16) lanes = madd(v128.load(a + at), v128.load(b + at), lanes);
  let sum = sumOfLanes(lanes);
  for (let at = fours; at < end; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

/** dQ = scale dS K */
function queryGradients(
  target: usize, dScores: usize, keys: usize, sums: usize, first: i32, count: i32, d: i32, targetBytes: usize,
  rows: i32, channels: i32, scale: f32,
): void {
  const stride = <usize>rows << 2, width = <usize>channels << 2, scales = f32x4.splat(scale);
  for (let r = 0; r < count; r += ROWS_PER_TILE, target += ROWS_PER_TILE * targetBytes) {
    const seen = min(rows, first + r + ROWS_PER_TILE), x = dScores + <usize>r * stride;
    for (let j: usize = 0; j < width; j += LINE) {
      sixRows(sums + j, width, ZEROS, 0, x, stride, keys + j * rows, seen);
    }
    for (let at = sums, end = sums + ROWS_PER_TILE * width; at < end; at += 16) {
      v128.store(at, f32x4.mul(v128.load(at), scales));
    }
    copyHeadOut(target, targetBytes, sums, min(ROWS_PER_TILE, count - r), d, channels);
  }
}

/** sums[t] += sum over the queries i of factors[i, t] rows[i]: dS and scale Q for dK, P and dZ for dV. */
function sumsOverQueries(
  sums: usize, factors: usize, values: usize, first: i32, count: i32, rows: i32, channels: i32,
): void {
  const stride = <usize>rows << 2, width = <usize>channels << 2;
  for (let t = 0; t < first + count; t += ROWS_PER_TILE) {
    const skipped = max(0, t - first), x = factors + <usize>skipped * stride + (<usize>t << 2);
    const target = sums + <usize>t * width, w = values + <usize>(first + skipped) * width;
    for (let j: usize = 0; j < width; j += LINE) {
      tile(target + j, width, target + j, width, x, stride, w + j, width, count - skipped);
    }
  }
}
