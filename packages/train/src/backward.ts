/**
 * The backward pass of GPT-2: model.ts of @tsgpt/gpt in reverse, each function the gradient of the one of the same name
 * there, whose lines are the comments here. One architecture needs no tape: what the chain rule asks for is written
 * out, equation by equation. Compare llm.c's gpt2_backward (https://github.com/karpathy/llm.c, train_gpt2.c).
 * T tokens of a sequence, C channels, V vocabulary, L layers; `d` before a name is the derivative of the loss with
 * respect to it. The residual stream's is one tensor, dResidual, from the head to the embeddings: at y = x + f(x) the
 * gradient of y is that of x already, and what comes back through f is added.
 */
import type { BlockTree, ParameterTree } from "@tsgpt/gpt/training";
import type { Tensor } from "@tsgpt/tensor";
import type { BackwardPass } from "./backward-pass.ts";
import type { Batch } from "./batch.ts";
import type { Kept, KeptBlock } from "./keep.ts";
import type { LearnedParameter } from "./learner.ts";

/**
 * The loss of each row, in nats, and `factor` times the gradient of their sum, added to the parameters' gradients.
 * Scratch of `pass`: [sum of T]
 */
export function backward(
  parameters: ParameterTree<LearnedParameter>,
  batch: Batch,
  { residuals, block: kept }: Kept,
  factor: number,
  pass: BackwardPass,
): Tensor {
  const { arena } = pass;
  const dResidual = pass.zeros(batch.ids.length); // [sum of T, C]
  const losses = head(dResidual, residuals.at(-1) as Tensor, parameters, factor, pass);
  const mark = arena.mark();
  for (let layer = parameters.blocks.length - 1; layer >= 0; layer--) {
    const [p, residPre] = [parameters.blocks[layer] as BlockTree<LearnedParameter>, residuals[layer] as Tensor];
    block(dResidual, residPre, p, kept(layer), layer, pass);
    arena.release(mark);
  }
  embed(dResidual, parameters, batch, pass);
  return losses;
}

/** Of the loss of every token after the final layer norm and the logits. [sum of T, C] -> [sum of T] */
function head(
  dResidual: Tensor,
  residual: Tensor,
  { lnF, lmHead }: ParameterTree<LearnedParameter>,
  factor: number,
  { layerNorm, dHead, dLayerNorm }: BackwardPass,
): Tensor {
  const x = layerNorm(residual, lnF); // [sum of T, C]
  const { losses, dx } = dHead(x, lmHead, factor); // matmulTransposed(x, lmHead), and its cross-entropy
  dLayerNorm(dResidual, dx, residual, lnF); // x = layerNorm(residual, lnF)
  return losses;
}

/** Of one block: the MLP, then attention, each of which read a normalized copy of the residual and added to it. */
function block(
  dResidual: Tensor,
  residPre: Tensor,
  { ln1, attn, ln2, mlp }: BlockTree<LearnedParameter>,
  kept: KeptBlock,
  layer: number,
  pass: BackwardPass,
): void {
  const { arena, layerNorm, dLayerNorm } = pass;
  const { residMid } = kept;
  const mark = arena.mark();
  // addInto(residual, feedForward(layerNorm(residual, ln2), mlp)), where the residual was residMid
  dLayerNorm(dResidual, feedForward(dResidual, layerNorm(residMid, ln2), mlp, kept, pass), residMid, ln2);
  arena.release(mark);
  // addInto(residual, attention(layerNorm(residual, ln1), attn)), where the residual was residPre
  dLayerNorm(dResidual, attention(dResidual, layerNorm(residPre, ln1), attn, kept, layer, pass), residPre, ln1);
}

/** Of multi-head causal self-attention. [sum of T, C] -> [sum of T, C] */
function attention(
  dAttnOut: Tensor,
  x: Tensor,
  { cAttn, cProj }: BlockTree<LearnedParameter>["attn"],
  kept: KeptBlock,
  layer: number,
  { dAttend, dLinear }: BackwardPass,
): Tensor {
  const dz = dLinear(dAttnOut, kept.z, cProj); // attnOut = linear(z, cProj)      [sum of T, C]
  const dQkv = dAttend(dz, kept, layer); //       z = attend(q, k, v)             [sum of T, 3C]
  return dLinear(dQkv, x, cAttn); //              qkv = linear(x, cAttn)          [sum of T, C]
}

/** Of the MLP. [sum of T, C] -> [sum of T, C] */
function feedForward(
  dMlpOut: Tensor,
  x: Tensor,
  { cFc, cProj }: BlockTree<LearnedParameter>["mlp"],
  { mlpPre }: KeptBlock,
  { activation, dActivation, dLinear }: BackwardPass,
): Tensor {
  const dPost = dLinear(dMlpOut, activation(mlpPre), cProj); // mlpOut = linear(post, cProj)   [sum of T, 4C]
  const dPre = dActivation(dPost, mlpPre); //                   post = activation(pre)         [sum of T, 4C]
  return dLinear(dPre, x, cFc); //                              pre = linear(x, cFc)           [sum of T, C]
}

/** Of token embedding plus position embedding: both receive the gradient of their sum. [sum of T, C] */
function embed(
  dResidual: Tensor,
  { wte, wpe }: ParameterTree<LearnedParameter>,
  { ids, positions }: Batch,
  { dEmbedding }: BackwardPass,
): void {
  dEmbedding(dResidual, wpe, positions); // add(embedding(wte, ids), embedding(wpe, positions))
  dEmbedding(dResidual, wte, ids);
}
