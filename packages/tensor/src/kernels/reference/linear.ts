/**
 * Products with a matrix, as GPT-2's checkpoints store one ([in, out], Conv1D) and as a head reads the embedding table
 * ([V, C]). Sums are float64, rounded to float32 once. An int8 weight has its own definition, int8.ts;
 * reference-kernels.ts chooses.
 */
import type { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";

/**
 * out[i, j] = bias[j] + sum over t of x[i, t] weight[t, j]. [m, k] x [k, n] -> [m, n]. The loops i, t, j read the
 * weight in the order it lies in memory, which is what makes this order fast.
 */
export function linear(out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
  const [k, n] = weight.shape as [number, number];
  const m = x.shape[0] as number;
  const w = weight.toTensor().data;
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) sums[j] = bias ? bias.data[j] : 0;
    for (let t = 0; t < k; t++) {
      const factor = x.data[i * k + t];
      for (let j = 0; j < n; j++) sums[j] += factor * w[t * n + j];
    }
    out.data.set(sums, i * n);
  }
}

/** out[i, j] = sum over t of a[i, t] b[t, j]. [m, k] x [k, n] -> [m, n] */
export function matmul(out: Tensor, a: Tensor, b: Tensor): void {
  linear(out, a, b, undefined);
}

/** out[i, j] = sum over t of a[i, t] b[j, t]. [m, k] x [n, k] -> [m, n] */
export function matmulTransposed(out: Tensor, a: Tensor, b: Weight): void {
  const [n, k] = b.shape as [number, number];
  const m = a.shape[0] as number;
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
