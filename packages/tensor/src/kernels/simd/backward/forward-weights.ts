/** Weights that the forward kernels read, made of values that learn. */
import { outputsOf } from "../../../storage.ts";
import type { Tensor } from "../../../tensor.ts";
import type { Weight, WeightRole } from "../../../weight.ts";
import type { KernelContext } from "../context.ts";
import { isPacked } from "../packed-weight.ts";
import { packAgain, packedCopy } from "./memory.ts";

/** A packed copy of a matrix; of a vector the values themselves. */
export function forwardWeight(context: KernelContext, values: Tensor, role: WeightRole): Weight {
  return role === "vector" || values.size === 0 ? values : packedCopy(context, values, outputsOf(role));
}

/** Packs the values again. */
export function refresh(context: KernelContext, weight: Weight, values: Tensor): void {
  if (isPacked(weight)) packAgain(context, weight, values, weight.outputs);
}
