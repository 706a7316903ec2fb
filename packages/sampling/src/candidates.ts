/**
 * Candidates: the tokens that may still come next, with their logits; the distribution that each step of a chain takes
 * and gives. They stand in ascending order of id, whatever was removed, so no step needs a sort and a draw is defined.
 * Probabilities are not stored: q_i = exp(z_i) / sum_j exp(z_j), so removing a candidate renormalises the rest.
 */
import { SamplingError } from "./errors.ts";

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
export function candidatesOf(logits: Float32Array): Candidates {
  const ids = new Int32Array(logits.length);
  const kept = new Float64Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit === -Infinity) continue;
    if (!(logit < Infinity)) throw unusable(logit, id);
    ids[count] = id;
    kept[count++] = logit;
  }
  if (count === 0) throw nothingLeft(logits.length);
  return { ids: ids.subarray(0, count), logits: kept.subarray(0, count) };
}

/** The weights of the softmax, stable: the largest logit is taken from all before exp. */
export function softmaxWeights(logits: Float64Array): Weights {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > max) max = logits[i]!;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += weights[i] = Math.exp(logits[i]! - max);
  return { weights, sum };
}

/** The probability of each candidate, in the order of the candidates; they sum to 1. */
export function probabilities(candidates: Candidates): Float64Array {
  const { weights, sum } = softmaxWeights(candidates.logits);
  return weights.map((weight) => weight / sum);
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
