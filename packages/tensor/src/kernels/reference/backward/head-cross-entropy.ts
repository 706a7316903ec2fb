/**
 * The head and its cross-entropy in one, token of the vocabulary after token, so that no row of logits ever exists:
 * first the log-sum-exp of each row's logits, updated as they come (Milakov and Gimelshein 2018, arXiv 1805.02867),
 * then each logit once more, for its gradient. That a batch's logits need not exist is Wijmans et al. 2024, "Cut Your
 * Losses in Large-Vocabulary Language Models", arXiv 2411.09009.
 */
import type { Tensor } from "../../../tensor.ts";
import type { HeadOperands } from "../../backward.ts";

/**
 * losses[i] = ln(sum over j of exp(x[i] . weight[j])) - x[i] . weight[targets[i]]; with g[i, j] = factor (p[i, j] - (1
 * if j = targets[i], else 0)): dx[i] = sum over j of g[i, j] weight[j]; dWeight[j] += sum over i of g[i, j] x[i].
 */
export function headCrossEntropy(losses: Tensor, dx: Tensor, dWeight: Tensor, operands: HeadOperands): void {
  const { x, weight, targets, factor } = operands;
  const [m, c] = x.shape as [number, number];
  const logSums = logSumsOfExp(x, weight);
  const dxSums = new Float64Array(m * c);
  const dRow = new Float64Array(c);
  for (let j = 0; j < weight.shape[0]; j++) {
    const row = weight.row(j).data;
    dRow.set(dWeight.row(j).data);
    for (let i = 0; i < m; i++) {
      const at = i * c;
      const logit = dot(x.data, at, row);
      if (j === targets[i]) losses.data[i] = logSums[i] - logit;
      const g = factor * (Math.exp(logit - logSums[i]) - (j === targets[i] ? 1 : 0));
      for (let t = 0; t < c; t++) dxSums[at + t] += g * row[t];
      for (let t = 0; t < c; t++) dRow[t] += g * x.data[at + t];
    }
    dWeight.row(j).data.set(dRow);
  }
  dx.data.set(dxSums);
}

/** ln(sum over j of exp(x[i] . weight[j])) of each row: the largest logit so far, and the sum relative to it. */
function logSumsOfExp(x: Tensor, weight: Tensor): Float64Array {
  const [m, c] = x.shape as [number, number];
  const largest = new Float64Array(m).fill(Number.NEGATIVE_INFINITY);
  const sums = new Float64Array(m);
  for (let j = 0; j < weight.shape[0]; j++) {
    const row = weight.row(j).data;
    for (let i = 0; i < m; i++) {
      const logit = dot(x.data, i * c, row);
      if (logit > largest[i]) {
        sums[i] *= Math.exp(largest[i] - logit);
        largest[i] = logit;
      }
      sums[i] += Math.exp(logit - largest[i]);
    }
  }
  return sums.map((sum, i) => largest[i] + Math.log(sum));
}

/** x[at ..] . row */
function dot(x: Float32Array, at: number, row: Float32Array): number {
  let sum = 0;
  for (let t = 0; t < row.length; t++) sum += x[at + t] * row[t];
  return sum;
}
