/** The activation functions of the MLP. */
import type { Backend } from "../backend.ts";
import type { GeluForm } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor.ts";

/**
 * GELU, x times the probability that a standard normal is at most x. GPT-2 uses the "tanh" approximation; "erf" is
 * exact, and "sigmoid" is x sigma(1.702 x). @see https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Tensor, form: GeluForm, backend: Backend): Tensor {
  const out = backend.allocate(x.shape);
  backend.kernels.gelu(out, x, form);
  return out;
}

/** SiLU, x sigma(x), element by element. @see https://arxiv.org/abs/1710.05941 */
export function silu(x: Tensor, backend: Backend): Tensor {
  const out = backend.allocate(x.shape);
  backend.kernels.silu(out, x);
  return out;
}

/** max(x, 0), element by element; NaN stays NaN. */
export function relu(x: Tensor, backend: Backend): Tensor {
  const out = backend.allocate(x.shape);
  backend.kernels.relu(out, x);
  return out;
}
