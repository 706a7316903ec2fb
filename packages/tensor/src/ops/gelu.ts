/** The MLP's non-linearities. */
import type { Backend } from "../backend.ts";
import { referenceEngine } from "../engine.ts";
import type { GeluForm } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor.ts";

/**
 * GELU, x times the chance that a standard normal is at most x. GPT-2 uses the "tanh" approximation, the default;
 * "erf" is exact. @see https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Tensor, form: GeluForm = "tanh", backend: Backend = referenceEngine): Tensor {
  const out = backend.allocate(x.shape);
  backend.kernels.gelu(out, x, form);
  return out;
}

/** max(x, 0), element by element; NaN stays NaN. */
export function relu(x: Tensor, backend: Backend = referenceEngine): Tensor {
  const out = backend.allocate(x.shape);
  backend.kernels.relu(out, x);
  return out;
}
