/**
 * Gradients of layer normalization in two jobs: of its input, by rows, in float64 as the forward kernel; and of its
 * parameters, by columns, in float32. There the terms of a block of 256 rows are one sum, added to what is there.
 */
import { GRADIENT_ROWS } from "../../constants";
import { madd } from "../madd";

/**
 * Rows [begin, end) of dx += (g - mean of g - n (mean of g n)) / deviation, where n = (x - mean) / deviation and g = dy
 * weight. moments [m, 4], for the other job: each row's mean as the sum of two float32, so that a large one loses no
 * digits, and 1 / deviation.
 */
export function layerNormInput(
  dx: usize, moments: usize, dy: usize, x: usize, weight: usize, n: i32, epsilon: f32, begin: i32, end: i32,
): void {
  for (let i = begin; i < end; i++) {
    const at = (<usize>i * n) << 2;
    rowOfInput(dx + at, moments + (<usize>i << 4), dy + at, x + at, weight, n, epsilon);
  }
}

function rowOfInput(dx: usize, moments: usize, dy: usize, x: usize, weight: usize, n: i32, epsilon: f32): void {
  const count = <f64>n, mean = sumOf(x, n) / count;
  const scaling = 1 / Math.sqrt(squaresOf(x, n, mean) / count + <f64>epsilon);
  store<f32>(moments, <f32>mean);
  store<f32>(moments, <f32>(mean - <f64><f32>mean), 4);
  store<f32>(moments, <f32>scaling, 8);
  const means = f64x2.splat(mean), scalings = f64x2.splat(scaling), pairs = n & ~1;
  let sums = f64x2.splat(0), products = sums;
  for (let j = 0; j < pairs; j += 2) {
    const g = f64x2.mul(pair(dy, j), pair(weight, j));
    sums = f64x2.add(sums, g);
    products = f64x2.add(products, f64x2.mul(g, f64x2.mul(f64x2.sub(pair(x, j), means), scalings)));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  let product = f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1);
  if (pairs < n) {
    const g = one(dy, pairs) * one(weight, pairs);
    sum += g;
    product += g * (one(x, pairs) - mean) * scaling;
  }
  addToRow(dx, dy, x, weight, n, mean, scaling, sum / count, product / count);
}

function addToRow(
  dx: usize, dy: usize, x: usize, weight: usize, n: i32, mean: f64, scaling: f64, meanOfG: f64, along: f64,
): void {
  const means = f64x2.splat(mean), scalings = f64x2.splat(scaling), shift = f64x2.splat(meanOfG);
  const alongs = f64x2.splat(along), pairs = n & ~1;
  for (let j = 0; j < pairs; j += 2) {
    const normal = f64x2.mul(f64x2.sub(pair(x, j), means), scalings);
    const g = f64x2.sub(f64x2.mul(pair(dy, j), pair(weight, j)), shift);
    const d = f64x2.mul(f64x2.sub(g, f64x2.mul(normal, alongs)), scalings);
    v128.store64_lane(dx + (<usize>j << 2), f32x4.demote_f64x2_zero(f64x2.add(pair(dx, j), d)), 0);
  }
  if (pairs < n) {
    const normal = (one(x, pairs) - mean) * scaling;
    const d = (one(dy, pairs) * one(weight, pairs) - meanOfG - normal * along) * scaling;
    store<f32>(dx + (<usize>pairs << 2), <f32>(one(dx, pairs) + d));
  }
}

function sumOf(x: usize, n: i32): f64 {
  const pairs = n & ~1;
  let sums = f64x2.splat(0);
  for (let j = 0; j < pairs; j += 2) sums = f64x2.add(sums, pair(x, j));
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return pairs < n ? sum + one(x, pairs) : sum;
}

/** The sum of (x - mean)^2. */
function squaresOf(x: usize, n: i32, mean: f64): f64 {
  const pairs = n & ~1, means = f64x2.splat(mean);
  let sums = f64x2.splat(0);
  for (let j = 0; j < pairs; j += 2) {
    const d = f64x2.sub(pair(x, j), means);
    sums = f64x2.add(sums, f64x2.mul(d, d));
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return pairs < n ? sum + (one(x, pairs) - mean) * (one(x, pairs) - mean) : sum;
}

/** Elements j and j + 1 as float64. */
// @ts-expect-error: decorator
@inline
function pair(x: usize, j: i32): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x + (<usize>j << 2)));
}

// @ts-expect-error: decorator
@inline
function one(x: usize, j: i32): f64 {
  return <f64>load<f32>(x + (<usize>j << 2));
}

/** Columns [begin, end) of dWeight += the sum over the rows of dy n, and dBias += that of dy. x, dy [m, n] */
export function layerNormParameters(
  dWeight: usize, dBias: usize, moments: usize, dy: usize, x: usize, m: i32, n: i32, begin: i32, end: i32,
): void {
  for (let row = 0; row < m; row += GRADIENT_ROWS) {
    const rows = min(GRADIENT_ROWS, m - row), at = (<usize>row * n) << 2, ofRows = moments + (<usize>row << 4);
    let j = begin;
    for (; j + 8 <= end; j += 8) eightColumns(dWeight, dBias, ofRows, dy + at, x + at, rows, n, j);
    for (; j < end; j++) oneColumn(dWeight, dBias, ofRows, dy + at, x + at, rows, n, j);
  }
}

// @ts-expect-error: decorator
@inline
function normalized(x: v128, mean: v128, rest: v128, scaling: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.sub(x, mean), rest), scaling);
}

function eightColumns(
  dWeight: usize, dBias: usize, moments: usize, dy: usize, x: usize, rows: i32, n: i32, column: i32,
): void {
  const place = <usize>column << 2, stride = <usize>n << 2;
  let w0 = f32x4.splat(0), w1 = w0, b0 = w0, b1 = w0;
  for (let i = 0, at = place; i < rows; i++, at += stride, moments += 16) {
    const mean = v128.load_splat<f32>(moments), rest = v128.load_splat<f32>(moments, 4);
    const scaling = v128.load_splat<f32>(moments, 8);
    const d0 = v128.load(dy + at), d1 = v128.load(dy + at, 16);
    w0 = madd(d0, normalized(v128.load(x + at), mean, rest, scaling), w0);
    w1 = madd(d1, normalized(v128.load(x + at, 16), mean, rest, scaling), w1);
    b0 = f32x4.add(b0, d0);
    b1 = f32x4.add(b1, d1);
  }
  v128.store(dWeight + place, f32x4.add(v128.load(dWeight + place), w0));
  v128.store(dWeight + place, f32x4.add(v128.load(dWeight + place, 16), w1), 16);
  v128.store(dBias + place, f32x4.add(v128.load(dBias + place), b0));
  v128.store(dBias + place, f32x4.add(v128.load(dBias + place, 16), b1), 16);
}

/** As `eightColumns`, each in all lanes of a vector. */
function oneColumn(
  dWeight: usize, dBias: usize, moments: usize, dy: usize, x: usize, rows: i32, n: i32, column: i32,
): void {
  const place = <usize>column << 2, stride = <usize>n << 2;
  let w = f32x4.splat(0), b = w;
  for (let i = 0, at = place; i < rows; i++, at += stride, moments += 16) {
    const mean = v128.load_splat<f32>(moments), rest = v128.load_splat<f32>(moments, 4);
    const scaling = v128.load_splat<f32>(moments, 8);
    const d = v128.load_splat<f32>(dy + at);
    w = madd(d, normalized(v128.load_splat<f32>(x + at), mean, rest, scaling), w);
    b = f32x4.add(b, d);
  }
  store<f32>(dWeight + place, load<f32>(dWeight + place) + f32x4.extract_lane(w, 0));
  store<f32>(dBias + place, load<f32>(dBias + place) + f32x4.extract_lane(b, 0));
}
