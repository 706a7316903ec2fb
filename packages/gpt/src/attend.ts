/**
 * Attention of a pass: the one operation that looks at a sequence at a time. Its queries see the keys of their own sequence alone, those
 * in its cache included; scores and pattern are made for a hook that asks for them, and what it puts in their place is gone on with.
 */
import { attentionInto, storeHeads, type Tensor } from "@tsgpt/tensor";
import type { GPT2Config } from "./config.ts";
import type { Pass } from "./pass.ts";
import { pastOf, type Sequence } from "./sequences.ts";
import { blockKeys } from "./trace.ts";

/** What attention reads of one sequence, and where its z goes. */
interface Operands {
  readonly z: Tensor; // [T, C]
  readonly q: Tensor; // [T, C]
  readonly keys: Tensor; // [H, >= S, D]
  readonly values: Tensor; // [H, >= S, D]
}

/** z = pattern V, where pattern = softmax(q K^T / sqrt(D)), causal, for each sequence. [sum of T, C] -> [sum of T, C] */
export function attend(q: Tensor, k: Tensor, v: Tensor, layer: number, pass: Pass): Tensor {
  const { sequences, arena, rowsOf } = pass;
  const z = arena.allocate(q.shape); // [sum of T, C]
  const isAllCached = sequences.every(({ cache }) => cache);
  const ownKeys = isAllCached ? k : arena.allocate(k.shape);
  const ownValues = isAllCached ? v : arena.allocate(v.shape);
  for (let sequence = 0; sequence < sequences.length; sequence++) {
    const rows = (x: Tensor) => rowsOf(x, sequence);
    const [newKeys, newValues] = [rows(k), rows(v)]; // [T, C]
    const { cache } = sequences[sequence] as Sequence;
    cache?.store(layer, newKeys, newValues);
    const keys = cache?.keys(layer) ?? headsApart(newKeys, rows(ownKeys), pass);
    const values = cache?.values(layer) ?? headsApart(newValues, rows(ownValues), pass);
    attendOne({ z: rows(z), q: rows(q), keys, values }, layer, sequence, pass);
  }
  return z;
}

/** The heads of a sequence without a cache, each in one piece, in memory of its size. [T, C] -> [H, T, D] */
function headsApart(x: Tensor, memory: Tensor, { config, arena }: Pass): Tensor {
  const heads = memory.reshape([config.nHead, x.shape[0] as number, config.nEmbd / config.nHead]);
  storeHeads(heads, x, 0, arena);
  return heads;
}

function attendOne({ z, q, keys, values }: Operands, layer: number, sequence: number, pass: Pass): void {
  const { config, arena, trace, sequences } = pass;
  const past = pastOf(sequences[sequence] as Sequence);
  const options = { past, scale: attentionScale(config, layer) };
  const hooks = blockKeys(layer);
  if (!trace.wants(hooks.scores, sequence) && !trace.wants(hooks.pattern, sequence)) {
    attentionInto(z, q, keys, values, options, arena);
    return;
  }
  const mark = arena.mark();
  const t = q.shape[0] as number;
  const scores = arena.allocate([config.nHead, t, past + t]); // [H, T, S]
  const pattern = arena.allocate([config.nHead, t, past + t]); // [H, T, S]
  attentionInto(z, q, keys, values, { ...options, scores, pattern }, arena);
  if (pass.isReplaced(hooks.scores, scores, sequence)) {
    attentionInto(z, q, keys, values, { ...options, scores, pattern, from: "scores" }, arena);
  }
  if (pass.isReplaced(hooks.pattern, pattern, sequence)) {
    attentionInto(z, q, keys, values, { ...options, pattern, from: "pattern" }, arena);
  }
  arena.release(mark);
}

/** The factor on q . k: 1 / sqrt(D), unless the config says otherwise. */
function attentionScale({ nEmbd, nHead, scaleAttnWeights, scaleAttnByInverseLayerIdx }: GPT2Config, layer: number) {
  const scale = scaleAttnWeights ? 1 / Math.sqrt(nEmbd / nHead) : 1;
  return scaleAttnByInverseLayerIdx ? scale / (layer + 1) : scale;
}
