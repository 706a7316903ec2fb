/**
 * Candidates: the tokens that may still come next, with their logits; the distribution that each step of a chain
 * receives and returns. They are in ascending order of id, whatever was removed, so no step needs a sort and a draw is
 * well defined. Probabilities are not stored: q_i = exp(z_i) / sum_j exp(z_j), so removing a candidate renormalizes the
 * rest.
 */
import { exponentials, largest } from "@tsgpt/numeric";
import { bounded, isBounded } from "./bounded.ts";
import { SamplingError } from "./errors.ts";
import { createWorkspace, everyId, scratchIndices, scratchWeights, takeLogits, type Workspace } from "./workspace.ts";

/** Immutable by convention: a step that changes something makes new arrays. There is at least one candidate. */
export interface Candidates {
  /** Token ids, ascending. */
  readonly ids: Int32Array;
  /** logits[i] belongs to ids[i]; finite. */
  readonly logits: Float64Array;
}

/** Unnormalized probabilities. */
export interface Weights {
  /** exp(z_i - max z), from 0 to 1. */
  readonly weights: Float64Array;
  /** Their sum, at least 1. */
  readonly sum: number;
}

/**
 * Every token whose logit is not -Infinity (masked). [V] -> at most V candidates
 * @throws SamplingError if a logit is NaN, +Infinity or beyond 1e100, or if none is finite.
 */
export function candidatesOf(row: Float32Array | Float64Array, workspace: Workspace = createWorkspace()): Candidates {
  const logits = takeLogits(workspace, row.length);
  const all = { ids: everyId(workspace, row.length), logits };
  const finite32 = copyFinite(row, logits) && row instanceof Float32Array;
  if (finite32 || (row.length > 0 && logits.every(isBounded))) return all;
  for (let id = 0; id < row.length; id++) {
    if (!(logits[id]! < Infinity)) throw unusable(logits[id]!, id);
    if (logits[id] !== -Infinity) bounded(logits[id]!, "logits", id);
  }
  const finite = keepWhere(all, (i) => logits[i] !== -Infinity, workspace);
  if (finite.ids.length === 0) throw nothingLeft(row.length);
  return finite;
}

/** Copies a row. True if it is not empty and no logit is NaN or infinite: a finite number minus itself is 0. */
function copyFinite(row: Float32Array | Float64Array, logits: Float64Array): boolean {
  let zero = row.length > 0 ? 0 : Number.NaN;
  for (let id = 0; id < row.length; id++) {
    const logit = row[id]!;
    logits[id] = logit;
    zero += logit - logit;
  }
  return zero === 0;
}

/** The weights of the softmax, in `out`; the largest logit is subtracted before exp, so that nothing overflows. */
export function softmaxWeights(logits: Float64Array, out: Float64Array = new Float64Array(logits.length)): Weights {
  return { weights: out, sum: exponentials(logits, largest(logits), out) };
}

/** The same in an array that the next call with this workspace overwrites. */
export function scratchSoftmaxWeights(logits: Float64Array, workspace: Workspace): Weights {
  return softmaxWeights(logits, scratchWeights(workspace, logits.length));
}

/** The probability of each candidate, in the order of the candidates; they sum to 1. */
export function probabilities({ logits }: Candidates): Float64Array {
  const { weights, sum } = softmaxWeights(logits);
  for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return weights;
}

/** -log2 q of a candidate, in bits, from its logit: finite even where q underflows. */
export function surpriseBits(candidates: Candidates, id: number, workspace: Workspace): number {
  const { logits } = candidates;
  const { sum } = scratchSoftmaxWeights(logits, workspace);
  return (largest(logits) - logits[indexOf(candidates, id)]! + Math.log(sum)) / Math.LN2;
}

/** - sum_i q_i ln q_i, in nats: 0 if one token is certain, ln n if n are equally probable. */
export function entropy({ logits }: Candidates): number {
  return entropyOf(logits, softmaxWeights(logits));
}

/** The same, with the weights of these logits. */
export function entropyOf(logits: Float64Array, { weights, sum }: Weights): number {
  const max = largest(logits);
  let mean = 0; // of z_i - max
  for (let i = 0; i < weights.length; i++) mean += weights[i]! * (logits[i]! - max);
  return Math.max(0, Math.log(sum) - mean / sum);
}

/** The candidates at the indices for which `keeps` holds. */
export function keepWhere(candidates: Candidates, keeps: (i: number) => boolean, workspace: Workspace): Candidates {
  const indices = scratchIndices(workspace, candidates.ids.length);
  let count = 0;
  for (let i = 0; i < candidates.ids.length; i++) if (keeps(i)) indices[count++] = i;
  return keepIndices(candidates, indices, count);
}

/** The candidates at the first `count` of these ascending indices. */
export function keepIndices({ ids, logits }: Candidates, indices: Int32Array, count = indices.length): Candidates {
  const kept = { ids: new Int32Array(count), logits: new Float64Array(count) };
  for (let next = 0; next < count; next++) {
    kept.ids[next] = ids[indices[next]!]!;
    kept.logits[next] = logits[indices[next]!]!;
  }
  return kept;
}

/** The index of `id`, or -1 if it was removed. In a full row it is the id itself. */
export function indexOf({ ids }: Candidates, id: number): number {
  if (ids[id] === id) return id;
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

/** The error for a row that has NaN or +Infinity at `id`. */
export function unusable(logit: number, id: number): SamplingError {
  const rule = "every logit must be a finite number, or -Infinity for a masked token";
  return new SamplingError(`logits: ${rule}; the logit of token ${id} is ${logit}`);
}

/** The error for a row that is empty, or in which every logit is -Infinity. */
export function nothingLeft(size: number): SamplingError {
  if (size === 0) return new SamplingError("logits: need at least one, got an empty row");
  return new SamplingError(`logits: at least one must be finite; all ${size} are -Infinity, every token is masked`);
}
