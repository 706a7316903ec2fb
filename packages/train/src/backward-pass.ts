/**
 * BackwardPass: binds each operation's gradient, and the few operations of the forward pass that are computed again, to
 * the engine's kernels and to scratch memory, so that the equations of backward.ts name neither.
 */
import type { GPT2Config } from "@tsgpt/gpt";
import { activate, attentionScale, type ParameterPair } from "@tsgpt/gpt/training";
import { type Arena, layerNorm, type Tensor } from "@tsgpt/tensor";
import { derivativeOf } from "./activation-gradient.ts";
import type { BackwardResources } from "./backward-resources.ts";
import type { Batch } from "./batch.ts";
import type { KeptBlock } from "./keep.ts";
import type { LearnedParameter } from "./learner.ts";

/** The weight and the bias of a layer that learns. */
type LearnedPair = ParameterPair<LearnedParameter>;

/** `d` before a name: the derivative of the loss with respect to it, in its shape. Those of parameters are added up. */
export interface BackwardPass {
  readonly arena: Arena;
  layerNorm(x: Tensor, p: LearnedPair): Tensor;
  activation(x: Tensor): Tensor;
  /** Of y = linear(x, p): dx, written. */
  dLinear(dy: Tensor, x: Tensor, p: LearnedPair): Tensor;
  /** Of y = layerNorm(x, p): dx, added to `dResidual`. */
  dLayerNorm(dResidual: Tensor, dy: Tensor, x: Tensor, p: LearnedPair): void;
  /** Of y = activation(x): dx, in the memory of dy. */
  dActivation(dy: Tensor, x: Tensor): Tensor;
  /** Of z = attend(q, k, v) of a layer: dq, dk and dv, side by side. [sum of T, C] -> [sum of T, 3C] */
  dAttend(dz: Tensor, kept: KeptBlock, layer: number): Tensor;
  /** Of logits = x lmHead^T and the cross-entropy of each row with its target, all times `factor`. */
  dHead(x: Tensor, lmHead: LearnedParameter, factor: number): { readonly losses: Tensor; readonly dx: Tensor };
  /** Of x = embedding(table, ids). */
  dEmbedding(dx: Tensor, table: LearnedParameter, ids: ArrayLike<number>): void;
  /** Zeros. */
  zeros(rows: number): Tensor;
}

/** The pass of one batch. */
export function openBackwardPass(
  config: GPT2Config,
  { sequences, targets }: Batch,
  { kernels, arena }: BackwardResources,
): BackwardPass {
  const { nEmbd, nHead, layerNormEpsilon, activationFunction } = config;
  const derivative = derivativeOf(activationFunction);
  const rows = sequences.map(({ ids }) => ids.length);
  return {
    arena,
    layerNorm: (x, { weight, bias }) =>
      layerNorm(x, { weight: weight.value, bias: bias.value }, layerNormEpsilon, arena),
    activation: (x) => activate(x, activationFunction, arena),
    dLinear: (dy, x, { weight, bias }) => {
      const dx = arena.allocate(x.shape);
      kernels.linearParameters(weight.gradient, bias.gradient, x, dy);
      kernels.linearInput(dx, dy, weight.value);
      return dx;
    },
    dLayerNorm: (dResidual, dy, x, { weight, bias }) => {
      const gradients = { x: dResidual, weight: weight.gradient, bias: bias.gradient };
      kernels.layerNorm(gradients, dy, x, weight.value, layerNormEpsilon);
    },
    dActivation: (dy, x) => {
      derivative(dy, dy, x, kernels);
      return dy;
    },
    dAttend: (dz, { q, k, v, z }, layer) => {
      const dQkv = arena.allocateMatrix(dz.shape[0] as number, 3 * nEmbd);
      kernels.attention(dQkv, dz, { q, k, v, z, rows, heads: nHead, scale: attentionScale(config, layer) });
      return dQkv;
    },
    dHead: (x, lmHead, factor) => {
      const [losses, dx] = [arena.allocate([targets.length]), arena.allocate(x.shape)];
      kernels.headCrossEntropy(losses, dx, lmHead.gradient, { x, weight: lmHead.value, targets, factor });
      return { losses, dx };
    },
    dEmbedding: (dx, table, ids) => kernels.embedding(table.gradient, dx, ids),
    zeros: (count) => {
      const tensor = arena.allocateMatrix(count, nEmbd);
      kernels.clear(tensor);
      return tensor;
    },
  };
}
