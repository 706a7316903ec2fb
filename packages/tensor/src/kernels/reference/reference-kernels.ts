/**
 * The reference kernels: plain loops, each under its formula (see kernels.ts). They are the specification that every
 * other set is tested against. JavaScript numbers are float64: sums are float64, rounded to float32 once, when stored.
 */
import type { Kernels } from "../kernels.ts";
import { gelu, relu, silu } from "./activations.ts";
import { add, scale } from "./add.ts";
import { attention, attentionFrom, attentionOfEach } from "./attention.ts";
import { columns, copy, copyHeads, storeHeads } from "./copy.ts";
import { embedding } from "./embedding.ts";
import { int8Product } from "./int8.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear, matmul, matmulTransposed } from "./linear.ts";
import { logSoftmax, softmax } from "./softmax.ts";

export const referenceKernels: Kernels = {
  matmul,
  matmulTransposed: (out, a, b) => {
    if (b.dtype === "int8") int8Product(out, a, b, undefined, "rows");
    else matmulTransposed(out, a, b);
  },
  linear: (out, x, weight, bias) => {
    if (weight.dtype === "int8") int8Product(out, x, weight, bias, "columns");
    else linear(out, x, weight, bias);
  },
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
  attention: (out, q, keys, values, options) => {
    const { from = "queries" } = options;
    if (from === "queries") attention(out, q, keys, values, options);
    else attentionFrom(from, out, values, options);
  },
  attentionOfEach,
};
