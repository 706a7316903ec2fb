/**
 * Gradients of layer normalization (Ba, Kiros and Hinton 2016, arXiv 1607.06450): mean and variance, which depend on
 * every element of the row, take the part of the gradient along 1 and along n away. Compare llm.c's layernorm_backward.
 */
import type { Tensor } from "../../../tensor.ts";
import type { LayerNormGradients } from "../../backward.ts";
import { forEachRow } from "../for-each-row.ts";

/**
 * With n = (x - mean) / sqrt(variance + epsilon) of the row and g = dy weight: dx += (g - mean of g - n (mean of g n))
 * / sqrt(variance + epsilon); dWeight += sum over the rows of dy n; dBias += sum over the rows of dy. x [m, n]
 */
export function layerNorm(
  gradients: LayerNormGradients,
  dy: Tensor,
  { data: x, shape }: Tensor,
  { data: weight }: Tensor,
  epsilon: number,
): void {
  const [dWeight, dBias] = [Float64Array.from(gradients.weight.data), Float64Array.from(gradients.bias.data)];
  const dx = gradients.x.data;
  const size = shape.at(-1) as number;
  const normalized = new Float64Array(size);
  forEachRow(dy, (start, end) => {
    const scaling = normalize(normalized, x.subarray(start, end), epsilon);
    let [mean, along] = [0, 0]; // of g, and of g n
    for (let j = 0; j < size; j++) {
      const [d, n] = [dy.data[start + j], normalized[j]];
      dWeight[j] += d * n;
      dBias[j] += d;
      mean += (d * weight[j]) / size;
      along += (d * weight[j] * n) / size;
    }
    for (let j = 0; j < size; j++) {
      dx[start + j] += (dy.data[start + j] * weight[j] - mean - normalized[j] * along) * scaling;
    }
  });
  gradients.weight.data.set(dWeight);
  gradients.bias.data.set(dBias);
}

/** out[j] = (x[j] - mean) / sqrt(variance + epsilon), as in the forward kernel; returns 1 / sqrt(variance + epsilon) */
function normalize(out: Float64Array, x: Float32Array, epsilon: number): number {
  let mean = 0;
  for (let j = 0; j < x.length; j++) mean += x[j] / x.length;
  let variance = 0;
  for (let j = 0; j < x.length; j++) variance += (x[j] - mean) ** 2 / x.length;
  const scaling = 1 / Math.sqrt(variance + epsilon);
  for (let j = 0; j < x.length; j++) out[j] = (x[j] - mean) * scaling;
  return scaling;
}
