/** Gradients of the linear layer Y = X W + b (Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.5.6). */
import type { Tensor } from "../../../tensor.ts";
import { matmulTransposed } from "../linear.ts";

/** dX = dY W^T: dx[i, t] = sum over j of dy[i, j] weight[t, j]. [m, n] x [k, n] -> [m, k] */
export function linearInput(dx: Tensor, dy: Tensor, weight: Tensor): void {
  matmulTransposed(dx, dy, weight);
}

/**
 * dW += X^T dY: dWeight[t, j] += sum over i of x[i, t] dy[i, j]; and dBias[j] += sum over i of dy[i, j].
 * x [m, k], dy [m, n] -> [k, n], [n]
 */
export function linearParameters(dWeight: Tensor, dBias: Tensor, x: Tensor, dy: Tensor): void {
  const k = dWeight.shape[0];
  for (let t = 0; t < k; t++) addSumOfRows(dWeight.row(t), dy, (i) => x.data[i * k + t]);
  addSumOfRows(dBias, dy, () => 1);
}

/** out[j] += sum over i of factor(i) rows[i, j] */
function addSumOfRows(out: Tensor, rows: Tensor, factor: (i: number) => number): void {
  const [m, n] = rows.shape as [number, number];
  const sums = Float64Array.from(out.data);
  for (let i = 0; i < m; i++) {
    const f = factor(i);
    for (let j = 0; j < n; j++) sums[j] += f * rows.data[i * n + j];
  }
  out.data.set(sums);
}
