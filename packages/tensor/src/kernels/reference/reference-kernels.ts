/**
 * The reference kernels: plain loops, each under its formula (see kernels.ts). They are the specification that every
 * other set is tested against. JavaScript numbers are float64: sums are float64, rounded to float32 once, when stored.
 */
import type { Kernels } from "../kernels.ts";
import { gelu, relu, silu } from "./activations.ts";
import { add, scale } from "./add.ts";
import { attention } from "./attention.ts";
import { columns, copy, copyHeads, storeHeads } from "./copy.ts";
import { embedding } from "./embedding.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear, matmul, matmulTransposed } from "./linear.ts";
import { logSoftmax, softmax } from "./softmax.ts";

export const referenceKernels: Kernels = {
  matmul,
  matmulTransposed,
  linear,
  embedding,
  add,
  scale,
  softmax,
  logSoftmax,
  layerNorm,
  gelu,
  silu,
  relu,
  columns,
  copy,
  copyHeads,
  storeHeads,
  attention,
};
