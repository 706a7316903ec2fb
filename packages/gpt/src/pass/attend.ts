/**
 * Attention of a pass: the one operation in which each sequence has operands of its own. Queries see only the keys of
 * their own sequence, cached ones included. Scores and pattern are materialized only for a hook that listens for them.
 */
import {
  type AttentionOptions,
  type AttentionSequence,
  attentionInto,
  attentionOfEach,
  storeHeads,
  type Tensor,
} from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Pass } from "./pass.ts";
import { pastOf } from "./sequences.ts";

/**
 * z = pattern V, where pattern = softmax(q K^T / sqrt(D)), causal, for each sequence. [sum of T, C] -> [sum of T, C]
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, pass: Pass): Tensor {
  const { config, sequences, arena, layer, rowsOf } = pass;
  const z = arena.allocate(q.shape); // [sum of T, C]
  const scale = attentionScale(config, layer);
  const each = keysAndValues(k, v, pass);
  if (!sequences.some((_, i) => isWatched(i, pass))) {
    attentionOfEach(z, q, each, scale, arena);
    return z;
  }
  for (const [i, { keys, values, past }] of each.entries()) {
    const own = { z: rowsOf(z, i), q: rowsOf(q, i), keys, values };
    if (isWatched(i, pass)) attendWatched(own, { past, scale }, i, pass);
    else attentionInto(own.z, own.q, keys, values, { past, scale }, arena);
  }
  return z;
}

/** The keys and values that each sequence's queries see: its cache's, to which the new ones are added, or its own. */
function keysAndValues(k: Tensor, v: Tensor, pass: Pass): AttentionSequence[] {
  const { sequences, arena, layer, rowsOf } = pass;
  const isAllCached = sequences.every(({ cache }) => cache !== undefined);
  const ownKeys = isAllCached ? k : arena.allocate(k.shape);
  const ownValues = isAllCached ? v : arena.allocate(v.shape);
  return sequences.map((sequence, i) => {
    const { cache, ids } = sequence;
    cache?.store(layer, rowsOf(k, i), rowsOf(v, i));
    const keys = cache?.keys(layer) ?? headsApart(rowsOf(k, i), rowsOf(ownKeys, i), pass); // [H, >= S, D]
    const values = cache?.values(layer) ?? headsApart(rowsOf(v, i), rowsOf(ownValues, i), pass);
    return { rows: ids.length, keys, values, past: pastOf(sequence) };
  });
}

/** Whether a hook listens for the scores or the pattern. */
function isWatched(sequence: number, { wants }: Pass): boolean {
  return wants("scores", sequence) || wants("pattern", sequence);
}

/** Splits the heads of a sequence without a cache, each contiguous, into given memory. [T, C] -> [H, T, D] */
function headsApart(x: Tensor, memory: Tensor, { config, arena }: Pass): Tensor {
  const heads = memory.reshape([config.nHead, x.shape[0] as number, config.nEmbd / config.nHead]);
  storeHeads(heads, x, 0, arena);
  return heads;
}

/** The operands of attention for one sequence, and its output z. */
interface Operands {
  readonly z: Tensor; // [T, C]
  readonly q: Tensor; // [T, C]
  readonly keys: Tensor; // [H, >= S, D]
  readonly values: Tensor; // [H, >= S, D]
}

/** The same with scores and pattern shown to the trace; a replacement continues the computation from there. */
function attendWatched(
  { z, q, keys, values }: Operands,
  options: AttentionOptions,
  sequence: number,
  { config, arena, isReplaced, wants }: Pass,
): void {
  const mark = arena.mark();
  const t = q.shape[0] as number;
  const shape = [config.nHead, t, options.past + t]; // [H, T, S]
  const scores = wants("scores", sequence) ? arena.allocate(shape) : undefined;
  const pattern = arena.allocate(shape);
  attentionInto(z, q, keys, values, { ...options, scores, pattern }, arena);
  if (scores && isReplaced("scores", scores, sequence, options.past)) {
    attentionInto(z, q, keys, values, { ...options, scores, pattern, from: "scores" }, arena);
  }
  if (isReplaced("pattern", pattern, sequence, options.past)) {
    attentionInto(z, q, keys, values, { ...options, pattern, from: "pattern" }, arena);
  }
  arena.release(mark);
}

/** The factor on q . k: 1 / sqrt(D), unless the config changes it. */
export function attentionScale(config: GPT2Config, layer: number): number {
  const scale = config.scaleAttnWeights ? 1 / Math.sqrt(config.nEmbd / config.nHead) : 1;
  return config.scaleAttnByInverseLayerIdx ? scale / (layer + 1) : scale;
}
