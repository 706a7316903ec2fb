/** The backward kernels over the backward module, and where it is the same, the forward one. */
import type { BackwardKernels } from "../../backward.ts";
import { referenceBackwardKernels } from "../../reference/backward/reference-backward-kernels.ts";
import type { KernelContext } from "../context.ts";
import { gelu, relu, silu } from "./activations.ts";
import { attention } from "./attention.ts";
import { backwardContext } from "./context.ts";
import { copy } from "./copy.ts";
import { embedding } from "./embedding.ts";
import { forwardWeight, refresh } from "./forward-weights.ts";
import { headCrossEntropy } from "./head-cross-entropy.ts";
import { layerNorm } from "./layer-norm.ts";
import { addLinearParameters, linearInput } from "./linear.ts";

/** The backward kernels of one engine. */
export function simdBackwardKernels(forward: KernelContext): BackwardKernels {
  const context = backwardContext(forward);
  return {
    ...referenceBackwardKernels,
    linearInput: (dx, dy, weight) => linearInput(context, dx, dy, weight),
    linearParameters: (dWeight, dBias, x, dy) => addLinearParameters(context, dWeight, dBias, x, dy),
    headCrossEntropy: (losses, dx, dWeight, operands) => headCrossEntropy(context, losses, dx, dWeight, operands),
    attention: (dQkv, dz, operands) => attention(context, dQkv, dz, operands),
    layerNorm: (gradients, dy, x, weight, epsilon) => layerNorm(context, gradients, dy, x, weight, epsilon),
    gelu: (dx, dy, x, form) => gelu(context, dx, dy, x, form),
    silu: (dx, dy, x) => silu(context, dx, dy, x),
    relu: (dx, dy, x) => relu(context, dx, dy, x),
    embedding: (dTable, dy, ids) => embedding(context, dTable, dy, ids),
    copy: (out, x) => copy(context, out, x),
    forwardWeight: (values, role) => forwardWeight(context, values, role),
    refresh: (weight, values) => refresh(context, weight, values),
  };
}
