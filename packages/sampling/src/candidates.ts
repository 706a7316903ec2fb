/**
 * Candidates: the tokens that may still come next, with their logits; the distribution that each step of a chain takes
 * and gives. They stand in ascending order of id, whatever was removed, so no step needs a sort and a draw is defined.
 * Probabilities are not stored: q_i = exp(z_i) / sum_j exp(z_j), so removing a candidate renormalises the rest.
 */
import { SamplingError } from "./errors.ts";
import { exponentials } from "./exponentials.ts";

/** Immutable by agreement: a step that changes something makes new arrays. There is at least one candidate. */
export interface Candidates {
  /** Token ids, ascending. */
  readonly ids: Int32Array;
  /** logits[i] belongs to ids[i]; finite. */
  readonly logits: Float64Array;
}

/** Unnormalised probabilities. */
export interface Weights {
  /** exp(z_i - max z), from 0 to 1. */
  readonly weights: Float64Array;
  /** Their sum, at least 1. */
  readonly sum: number;
}

/**
 * Every token whose logit is not -Infinity (masked). [V] -> at most V candidates
 * @throws SamplingError if a logit is NaN or +Infinity, or if none is finite.
 */
export function candidatesOf(row: Float32Array | Float64Array): Candidates {
  const logits = new Float64Array(row);
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Infinity)) throw unusable(logit, id);
    if (logit !== -Infinity) count++;
  }
  if (count === 0) throw nothingLeft(logits.length);
  const all = { ids: everyId(logits.length), logits };
  return count === logits.length ? all : keepWhere(all, (i) => logits[i] !== -Infinity, count);
}

/** The weights of the softmax, stable: the largest logit is taken from all before exp. */
export function softmaxWeights(logits: Float64Array): Weights {
  const weights = new Float64Array(logits.length);
  return { weights, sum: exponentials(logits, largest(logits), weights) };
}

/** The probability of each candidate, in the order of the candidates; they sum to 1. */
export function probabilities({ logits }: Candidates): Float64Array {
  const { weights, sum } = softmaxWeights(logits);
  for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return weights;
}

/** - sum_i q_i ln q_i, in nats: 0 if one token is certain, ln n if n are equally probable. */
export function entropy({ logits }: Candidates): number {
  const { weights, sum } = softmaxWeights(logits);
  const max = largest(logits);
  let mean = 0; // of z_i - max
  for (let i = 0; i < weights.length; i++) mean += weights[i]! * (logits[i]! - max);
  return Math.max(0, Math.log(sum) - mean / sum);
}

/** The candidates at the places that `keeps` names; `count` of them, where that is known. */
export function keepWhere(
  { ids, logits }: Candidates,
  keeps: (i: number) => boolean,
  count: number = ids.length,
): Candidates {
  const keptIds = new Int32Array(count);
  const keptLogits = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < ids.length; i++) {
    if (!keeps(i)) continue;
    keptIds[next] = ids[i]!;
    keptLogits[next++] = logits[i]!;
  }
  return { ids: keptIds.subarray(0, next), logits: keptLogits.subarray(0, next) };
}

/** Where `id` stands, or -1 if it was removed. In a full row it stands at its own index. */
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

export function largest(logits: Float64Array): number {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > max) max = logits[i]!;
  return max;
}

let ids = new Int32Array(0); // the same for every full row, so it is made once

function everyId(count: number): Int32Array {
  if (ids.length < count) ids = Int32Array.from({ length: count }, (_, id) => id);
  return ids.subarray(0, count);
}

/** What is wrong with a row that holds NaN or +Infinity at `id`. */
export function unusable(logit: number, id: number): SamplingError {
  const rule = "every logit must be a finite number, or -Infinity for a masked token";
  return new SamplingError(`logits: ${rule}; the logit of token ${id} is ${logit}`);
}

/** What is wrong with a row in which every logit is -Infinity, or that is empty. */
export function nothingLeft(size: number): SamplingError {
  if (size === 0) return new SamplingError("logits: need at least one, got an empty row");
  return new SamplingError(`logits: at least one must be finite; all ${size} are -Infinity, every token is masked`);
}
