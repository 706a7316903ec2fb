/** Softmax and its logarithm along the last axis. */
import type { Backend } from "../backend.ts";
import type { Tensor } from "../tensor.ts";
import { checkRows } from "./check.ts";

/**
 * exp(x_j) / sum of exp(x), per row: positive, summing to 1. [..., n] -> [..., n]
 * -Infinity becomes 0; a row with NaN, or of -Infinity alone, becomes NaN, as in PyTorch.
 */
export function softmax(x: Tensor, backend: Backend): Tensor {
  checkRows("softmax", x);
  const out = backend.allocate(x.shape);
  backend.kernels.softmax(out, x);
  return out;
}

/** ln softmax(x), without the underflow of taking the logarithm afterwards; in nats. [..., n] -> [..., n] */
export function logSoftmax(x: Tensor, backend: Backend): Tensor {
  checkRows("logSoftmax", x);
  const out = backend.allocate(x.shape);
  backend.kernels.logSoftmax(out, x);
  return out;
}
