/** The MLP's non-linearity, by config.json's name for it; the names and their functions are transformers' ACT2FN. */
import { type Backend, gelu, relu, silu, type Tensor } from "@tsgpt/tensor";
import { quote } from "../errors.ts";

/**
 * gelu_new and gelu_pytorch_tanh are GELU's tanh form, gelu the erf form, quick_gelu the sigmoid form; swish is silu.
 */
export const ACTIVATIONS = ["gelu_new", "gelu_pytorch_tanh", "gelu", "quick_gelu", "silu", "swish", "relu"] as const;

/**
 * The MLP's activation function, by the name in config.json.
 * @useDeclaredType
 */
export type Activation = (typeof ACTIVATIONS)[number];

/** Element by element. @throws RangeError for a name that is not in ACTIVATIONS */
export function activate(x: Tensor, name: Activation, backend: Backend): Tensor {
  switch (name) {
    case "gelu_new":
    case "gelu_pytorch_tanh":
      return gelu(x, "tanh", backend);
    case "gelu":
      return gelu(x, "erf", backend);
    case "quick_gelu":
      return gelu(x, "sigmoid", backend);
    case "silu":
    case "swish":
      return silu(x, backend);
    case "relu":
      return relu(x, backend);
    default:
      throw unknownActivation(name);
  }
}

function unknownActivation(name: never): RangeError {
  return new RangeError(`activate: the activation must be one of ${ACTIVATIONS.join(", ")}, got ${quote(name)}`);
}
