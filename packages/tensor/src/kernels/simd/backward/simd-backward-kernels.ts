/** The backward kernels over the backward module, and where it is the same, the forward one. */
import type { BackwardKernels } from "../../backward.ts";
import { referenceBackwardKernels } from "../../reference/backward/reference-backward-kernels.ts";
import type { KernelContext } from "../context.ts";
import { backwardContext } from "./context.ts";
import { linearInput, linearParameters } from "./linear.ts";

/** The backward kernels of one engine. */
export function simdBackwardKernels(forward: KernelContext): BackwardKernels {
  const context = backwardContext(forward);
  return {
    ...referenceBackwardKernels,
    linearInput: (dx, dy, weight) => linearInput(context, dx, dy, weight),
    linearParameters: (dWeight, dBias, x, dy) => linearParameters(context, dWeight, dBias, x, dy),
  };
}
