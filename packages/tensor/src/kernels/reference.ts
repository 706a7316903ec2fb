/**
 * The reference kernels: plain loops, each next to its formula (see kernels.ts). They are the specification that every
 * other set is tested against. JavaScript numbers are float64, so sums here are exact to float64 and rounded to
 * float32 once, when stored.
 */
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";
import { attention, storeHeads } from "./attention.ts";
import { gelu } from "./gelu.ts";
import { int8Product } from "./int8.ts";
import type { Kernels } from "./kernels.ts";
import { copy, copyHeads } from "./reference/copy.ts";
import { silu } from "./reference/silu.ts";

export const referenceKernels: Kernels = {
  matmul,
  matmulTransposed,
  linear,
  embedding,
  add,
  scale,
  softmax,
  logSoftmax,
  layerNorm,
  gelu,
  silu,
  relu,
  columns,
  copy,
  copyHeads,
  storeHeads,
  attention,
};

function matmul(out: Tensor, a: Tensor, b: Tensor): void {
  linear(out, a, b, undefined);
}

/** Row t of the weight is read as a whole: memory is walked in the order it lies, which is what makes this loop order fast. */
function linear(out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
  if (weight.dtype === "int8") {
    int8Product(out, x, weight, bias, "columns");
    return;
  }
  const [m, k, n] = [x.shape[0], x.shape[1], weight.shape[1]] as [number, number, number];
  const w = weight.toTensor().data;
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    if (bias) sums.set(bias.data);
    else sums.fill(0);
    for (let t = 0; t < k; t++) {
      const factor = x.data[i * k + t];
      for (let j = 0; j < n; j++) sums[j] += factor * w[t * n + j];
    }
    out.data.set(sums, i * n);
  }
}

function matmulTransposed(out: Tensor, a: Tensor, b: Weight): void {
  if (b.dtype === "int8") {
    int8Product(out, a, b, undefined, "rows");
    return;
  }
  const [m, k, n] = [a.shape[0], a.shape[1], b.shape[0]] as [number, number, number];
  const w = b.toTensor().data;
  for (let i = 0; i < m; i++) {
    const row = a.data.subarray(i * k, (i + 1) * k);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let t = 0; t < k; t++) sum += row[t] * w[j * k + t];
      out.data[i * n + j] = sum;
    }
  }
}

function embedding(out: Tensor, table: Weight, ids: ArrayLike<number>): void {
  const width = table.shape[1] as number;
  for (let i = 0; i < ids.length; i++) out.data.set(table.row(ids[i]).data, i * width);
}

function add(out: Tensor, a: Tensor, b: Tensor): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = a.data[i] + b.data[i];
}

function scale(out: Tensor, a: Tensor, factor: number): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = factor * a.data[i];
}

/** Subtracting the row's largest value keeps exp from overflowing and changes no quotient. A row of -Infinity gives NaN. */
function softmax(out: Tensor, x: Tensor): void {
  forEachRow(x, (start, end) => {
    const { max, sum } = maxAndSumOfExp(x.data, start, end);
    for (let i = start; i < end; i++) out.data[i] = Math.exp(x.data[i] - max) / sum;
  });
}

function logSoftmax(out: Tensor, x: Tensor): void {
  forEachRow(x, (start, end) => {
    const { max, sum } = maxAndSumOfExp(x.data, start, end);
    const logSum = Math.log(sum); // max + logSum in one would lose logSum beside a large max
    for (let i = start; i < end; i++) out.data[i] = x.data[i] - max - logSum;
  });
}

function maxAndSumOfExp(data: Float32Array, start: number, end: number): { max: number; sum: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) if (data[i] > max) max = data[i];
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(data[i] - max);
  return { max, sum };
}

function layerNorm(out: Tensor, x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): void {
  forEachRow(x, (start, end) => {
    const n = end - start;
    let mean = 0;
    for (let i = start; i < end; i++) mean += x.data[i] / n;
    let variance = 0;
    for (let i = start; i < end; i++) variance += (x.data[i] - mean) ** 2 / n;
    const scaling = 1 / Math.sqrt(variance + epsilon);
    for (let i = start; i < end; i++) {
      out.data[i] = (x.data[i] - mean) * scaling * weight.data[i - start] + bias.data[i - start];
    }
  });
}

function relu(out: Tensor, x: Tensor): void {
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.max(x.data[i], 0);
}

function columns(out: Tensor, x: Tensor, start: number): void {
  const [m, n] = out.shape as [number, number];
  const width = x.shape[1] as number;
  for (let i = 0; i < m; i++) {
    const from = i * width + start;
    out.data.set(x.data.subarray(from, from + n), i * n);
  }
}

function forEachRow(x: Tensor, visit: (start: number, end: number) => void): void {
  const n = x.shape.at(-1) as number;
  for (let start = 0; start < x.data.length; start += n) visit(start, start + n);
}
