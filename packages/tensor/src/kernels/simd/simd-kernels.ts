/**
 * The Kernels interface over the module. Products, attention and large tensors are split between all threads; work of
 * about a microsecond stays on one. Copies are the reference kernels', which move contiguous memory; so are
 * log-softmax, scale and relu, which GPT-2's pass rarely or never uses.
 */

import type { Kernels } from "../kernels.ts";
import { referenceKernels } from "../reference/reference-kernels.ts";
import { gelu, silu } from "./activations.ts";
import { add } from "./add.ts";
import { attention, attentionOfEach } from "./attention.ts";
import { type KernelContext, kernelContext } from "./context.ts";
import { columns, storeHeads } from "./copy.ts";
import { embedding } from "./embedding.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear, matmulTransposed } from "./linear.ts";
import type { EngineMemory } from "./memory.ts";
import { softmax } from "./softmax.ts";
import type { Pool } from "./threads/pool.ts";

/** The kernels of one engine. Argument lists are spelled out: a rest parameter would allocate an array per call. */
export function simdKernels(memory: EngineMemory, pool: Pool): Kernels {
  const context = kernelContext(memory, pool);
  const { logSoftmax, scale, relu, copy, copyHeads } = referenceKernels;
  const kernels: Kernels = {
    matmul: (out, a, b) => linear(context, out, a, b, undefined),
    matmulTransposed: (out, a, b) => matmulTransposed(context, out, a, b),
    linear: (out, x, weight, bias) => linear(context, out, x, weight, bias),
    embedding: (out, table, ids) => embedding(context, out, table, ids),
    add: (out, a, b) => add(context, out, a, b),
    scale,
    softmax: (out, x) => softmax(context, out, x),
    logSoftmax,
    layerNorm: (out, x, weight, bias, epsilon) => layerNorm(context, out, x, weight, bias, epsilon),
    gelu: (out, x, form) => gelu(context, out, x, form),
    silu: (out, x) => silu(context, out, x),
    relu,
    columns: (out, x, start) => columns(context, out, x, start),
    copy,
    copyHeads,
    storeHeads: (cache, x, position) => storeHeads(context, cache, x, position),
    attention: (out, q, keys, values, options) => attention(context, out, q, keys, values, options),
    attentionOfEach: (out, q, sequences, scale) => attentionOfEach(context, out, q, sequences, scale),
  };
  contexts.set(kernels, context);
  return kernels;
}

const contexts = new WeakMap<Kernels, KernelContext>();

/** The context of a simd engine's kernels, for further kernels; undefined for those of another set. */
export function contextOf(kernels: Kernels): KernelContext | undefined {
  return contexts.get(kernels);
}
