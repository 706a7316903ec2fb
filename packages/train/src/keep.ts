/**
 * What the backward pass needs of the forward pass: of each block 10 C floats per token, if the MLP is 4 C wide, or
 * with `recompute` only the C of its residual stream. The outputs of the layer norms and of the activation are computed
 * again in any case. The pass is the model's own: a trace copies each activation before the next block overwrites it.
 */
import { type ActivationName, forwardByLayer, type GPT2Config, keyOf, type Model, type Trace } from "@tsgpt/gpt";
import { forwardBlockInPlace } from "@tsgpt/gpt/training";
import type { Arena, Tensor } from "@tsgpt/tensor";
import type { BackwardKernels } from "@tsgpt/tensor/backward";
import type { BackwardResources } from "./backward-resources.ts";
import type { Batch } from "./batch.ts";

/** The activations of a block, besides the residual stream before it. Rows of all sequences, one after another. */
export interface KeptBlock {
  /** [sum of T, C], as the next four; z is attention's output before its projection. */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly z: Tensor;
  /** The residual stream between attention and MLP. */
  readonly residMid: Tensor;
  /** The MLP before its activation. [sum of T, nInner] */
  readonly mlpPre: Tensor;
}

/** The activations of a pass. */
export interface Kept {
  /** The residual stream before each block, and after the last: L + 1 of [sum of T, C]. */
  readonly residuals: readonly Tensor[];
  /** Those of a block, valid until another block's are asked for. */
  block(layer: number): KeptBlock;
}

/** The pass of a batch up to the head, with what the backward pass needs kept in `arena`. */
export function forwardKept(model: Model, batch: Batch, recompute: boolean, resources: BackwardResources): Kept {
  const { kernels, arena } = resources;
  const { nLayer } = model.config;
  const { residuals, blocks } = allocateKept(model.config, batch.ids.length, recompute, arena);
  const targets = new Map<string, Tensor>();
  for (let layer = 0; layer < nLayer; layer++) {
    targets.set(keyOf("residPre", layer), residuals[layer] as Tensor);
    if (!recompute) targetBlock(targets, blocks[layer] as KeptBlock, layer);
  }
  targets.set(keyOf("residPost", nLayer - 1), residuals[nLayer] as Tensor);
  for (const layer of forwardByLayer(model, batch.sequences, { trace: copyInto(targets, batch, kernels) })) {
    if (layer === nLayer - 1) break; // the logits of a whole batch are never computed
  }
  const block = (layer: number) => {
    if (recompute) recomputeBlock(model, batch, layer, residuals[layer] as Tensor, blocks[0] as KeptBlock, resources);
    return blocks[recompute ? 0 : layer] as KeptBlock;
  };
  return { residuals, block };
}

/** Memory for the residual streams of `rows` tokens and for the activations of every block, or of one at a time. */
export function allocateKept({ nEmbd, nInner, nLayer }: GPT2Config, rows: number, recompute: boolean, arena: Arena) {
  const stream = () => arena.allocateMatrix(rows, nEmbd);
  const block = (): KeptBlock => {
    const [q, k, v, z, residMid] = [stream(), stream(), stream(), stream(), stream()];
    return { q, k, v, z, residMid, mlpPre: arena.allocateMatrix(rows, nInner) };
  };
  return {
    residuals: Array.from({ length: nLayer + 1 }, stream),
    blocks: Array.from({ length: recompute ? 1 : nLayer }, block),
  };
}

/** The same computation once more: the bits of a kept block. */
function recomputeBlock(
  model: Model,
  batch: Batch,
  layer: number,
  from: Tensor,
  into: KeptBlock,
  { kernels, arena }: BackwardResources,
): void {
  const mark = arena.mark();
  const residual = arena.allocate(from.shape);
  kernels.copy(residual, from);
  const targets = targetBlock(new Map(), into, layer);
  forwardBlockInPlace(model, batch.sequences, layer, residual, copyInto(targets, batch, kernels));
  arena.release(mark);
}

function targetBlock(targets: Map<string, Tensor>, block: KeptBlock, layer: number): Map<string, Tensor> {
  for (const [name, tensor] of Object.entries(block)) targets.set(keyOf(name as ActivationName, layer), tensor);
  return targets;
}

/** A trace that copies the activations of these keys, each sequence's into its rows. */
function copyInto(targets: ReadonlyMap<string, Tensor>, { starts }: Batch, kernels: BackwardKernels): Trace {
  return {
    wants: (key) => targets.has(key),
    visit: (key, activation, sequence = 0) => {
      const rows = (targets.get(key) as Tensor).slice(starts[sequence] as number, starts[sequence + 1] as number);
      kernels.copy(rows, activation);
      return activation;
    },
  };
}
