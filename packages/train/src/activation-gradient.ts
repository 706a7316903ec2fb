/** The derivative of the MLP's non-linearity, by config.json's name for it: `activate` of @tsgpt/gpt in reverse. */
import type { Activation } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import type { BackwardKernels } from "@tsgpt/tensor/backward";

/** dx = dy f'(x), element by element; `dx` may be `dy`. */
type Derivative = (dx: Tensor, dy: Tensor, x: Tensor, kernels: BackwardKernels) => void;

const silu: Derivative = (dx, dy, x, kernels) => kernels.silu(dx, dy, x);

const DERIVATIVES: Readonly<Record<Activation, Derivative>> = {
  gelu_new: (dx, dy, x, kernels) => kernels.gelu(dx, dy, x, "tanh"),
  gelu_pytorch_tanh: (dx, dy, x, kernels) => kernels.gelu(dx, dy, x, "tanh"),
  gelu: (dx, dy, x, kernels) => kernels.gelu(dx, dy, x, "erf"),
  quick_gelu: (dx, dy, x, kernels) => kernels.gelu(dx, dy, x, "sigmoid"),
  silu,
  swish: silu,
  relu: (dx, dy, x, kernels) => kernels.relu(dx, dy, x),
};

/** The derivative of the activation of that name. */
export function derivativeOf(name: Activation): Derivative {
  return DERIVATIVES[name];
}
