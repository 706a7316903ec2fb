/** Layer normalization (Ba, Kiros and Hinton, arXiv 1607.06450). */
import type { Backend } from "../backend.ts";
import type { Tensor } from "../tensor.ts";
import { checkRows, checkVector } from "./check.ts";

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, per row; the variance divides by n. [..., n] -> [..., n]
 * @throws ShapeError unless weight and bias are [n]
 */
export function layerNorm(
  x: Tensor,
  { weight, bias }: { weight: Tensor; bias: Tensor },
  epsilon: number,
  backend: Backend,
): Tensor {
  checkRows("layerNorm", x);
  const n = x.shape.at(-1) as number;
  checkVector("layerNorm", "weight", weight, n);
  checkVector("layerNorm", "bias", bias, n);
  const out = backend.allocate(x.shape);
  backend.kernels.layerNorm(out, x, weight, bias, epsilon);
  return out;
}
