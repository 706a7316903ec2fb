/** @tsgpt/tensor/backward: the backward kernels, apart from the rest so that only training pays for them. */
export { backwardKernels } from "./backward-kernels.ts";
export type { AttentionOperands, BackwardKernels, HeadOperands, LayerNormGradients } from "./kernels/backward.ts";
