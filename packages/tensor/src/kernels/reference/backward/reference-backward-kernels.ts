/**
 * The reference backward kernels: plain loops, each under its formula (see backward.ts). As in the forward set, sums
 * are float64, rounded to float32 once, when stored.
 */
import type { BackwardKernels } from "../../backward.ts";
import { gelu, relu, silu } from "./activations.ts";
import { attention } from "./attention.ts";
import { embedding } from "./embedding.ts";
import { headCrossEntropy } from "./head-cross-entropy.ts";
import { layerNorm } from "./layer-norm.ts";
import { linearInput, linearParameters } from "./linear.ts";

export const referenceBackwardKernels: BackwardKernels = {
  linearInput,
  linearParameters,
  headCrossEntropy,
  attention,
  layerNorm,
  gelu,
  silu,
  relu,
  embedding,
  copy: (out, x) => out.data.set(x.data),
  clear: (x) => void x.data.fill(0),
  forwardWeight: (values) => values,
  refresh: () => {}, // a forward weight is its values
};
