/** The cost of a token: multiply-adds to compute, weights to read. @tsgpt/measure compares times with it. */
import type { Weight } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Model } from "../model.ts";

/**
 * Multiply-adds that compute the logits after token `position` (from 1), the head at the last position alone. Each
 * token passes L blocks of weights: C x 3C, C x C, C x nInner, nInner x C, so L (4 C^2 + 2 C nInner). The token at
 * position t attends to t keys, C multiply-adds for the scores and C for the weighted sum of each: 2 L C t. The head is
 * V C. With the cache one token is computed: L (4 C^2 + 2 C nInner) + 2 L C p + V C. Without it, or as a prompt, all p
 * are: p L (4 C^2 + 2 C nInner) + 2 L C (1 + 2 + ... + p) + V C. Left out: layer norms, softmax, gelu, biases.
 */
export function multiplyAddsPerToken(config: GPT2Config, position: number, useCache: boolean): number {
  checkPositions(config, [position]);
  const { nLayer, nEmbd, nInner, vocabSize } = config;
  const weights = nLayer * (4 * nEmbd ** 2 + 2 * nEmbd * nInner);
  const head = vocabSize * nEmbd;
  if (useCache) return weights + 2 * nLayer * nEmbd * position + head;
  return position * weights + nLayer * nEmbd * position * (position + 1) + head;
}

/** Bytes of all weights in memory; a tied head counts once. */
export function weightBytes({ parameters: { wte, wpe, blocks, lnF, lmHead } }: Model): number {
  const weights = new Set<Weight>([wte, wpe, lmHead, lnF.weight, lnF.bias]);
  for (const { ln1, attn, ln2, mlp } of blocks) {
    for (const { weight, bias } of [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj])
      weights.add(weight).add(bias);
  }
  return [...weights].reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Bytes of the weights that every step reads in full: all but the embedding tables, of which it reads one row; a tied
 * head counts.
 */
export function weightBytesPerStep(model: Model): number {
  const { wte, wpe, lmHead } = model.parameters;
  return weightBytes(model) - wpe.bytes - (lmHead === wte ? 0 : wte.bytes);
}

/** @throws RangeError unless the positions are whole numbers from 1 to nPositions, ascending */
export function checkPositions({ nPositions }: GPT2Config, positions: readonly number[]): void {
  let previous = 0;
  for (const position of positions) {
    if (!Number.isInteger(position) || position <= previous || position > nPositions) {
      const rule = `positions must be whole numbers from 1 to nPositions = ${nPositions}, ascending`;
      throw new RangeError(`${rule}, got ${position} after ${previous}`);
    }
    previous = position;
  }
}
