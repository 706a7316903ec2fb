/** Layer normalization along the last axis (Ba, Kiros and Hinton 2016, arXiv 1607.06450). */
import type { Tensor } from "../../tensor.ts";
import { forEachRow } from "./for-each-row.ts";

/** out[i, j] = (x[i, j] - mean_i) / sqrt(variance_i + epsilon) * weight[j] + bias[j]; the variance divides by n. */
export function layerNorm(out: Tensor, x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): void {
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
