/**
 * Softmax and its logarithm along the last axis. Subtracting the row maximum prevents overflow of exp and does not
 * change the result.
 */
import type { Tensor } from "../../tensor.ts";
import { forEachRow } from "./for-each-row.ts";

/** out[i, j] = exp(x[i, j] - max_i) / sum over j of exp(x[i, j] - max_i). A row of -Infinity gives NaN. */
export function softmax(out: Tensor, x: Tensor): void {
  forEachRow(x, (start, end) => {
    const { max, sum } = maxAndSumOfExp(x.data, start, end);
    for (let i = start; i < end; i++) out.data[i] = Math.exp(x.data[i] - max) / sum;
  });
}

/** out[i, j] = x[i, j] - max_i - ln(sum over j of exp(x[i, j] - max_i)) */
export function logSoftmax(out: Tensor, x: Tensor): void {
  forEachRow(x, (start, end) => {
    const { max, sum } = maxAndSumOfExp(x.data, start, end);
    const logSum = Math.log(sum); // max + logSum in one would lose digits of logSum when max is large
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
