/**
 * Sequences: the input of a pass, a list of independent texts. Their rows are concatenated; row-wise operations see
 * [sum of T, C] and read each weight once for all of them. Everything is checked before anything is written.
 */
import { describeValue } from "@tsgpt/numeric";
import { type Engine, ShapeError } from "@tsgpt/tensor";
import type { Parameters } from "../checkpoint/parameters.ts";
import type { GPT2Config } from "../config/config.ts";
import { ContextOverflowError } from "../errors.ts";
import type { KVCache } from "../kv-cache.ts";

/** One sequence of a pass: its new ids, and its cache. */
export interface Sequence {
  /** The new tokens, one or more. */
  readonly ids: ArrayLike<number>;
  /**
   * The keys and values of the tokens before `ids`, to which theirs are added. Without one, `ids` is the whole text.
   */
  readonly cache?: KVCache | undefined;
}

/** What a pass needs of a model. */
export interface PassModel {
  readonly config: GPT2Config;
  readonly parameters: Parameters;
  readonly engine: Engine;
}

/** The tokens of a sequence before the new ones: P. */
export function pastOf({ cache }: Sequence): number {
  return cache?.length ?? 0;
}

/** Where the rows of each sequence begin, and where the last one's end: B + 1 numbers. */
export function rowStarts(sequences: readonly Sequence[]): number[] {
  const starts = [0];
  for (const { ids } of sequences) starts.push((starts.at(-1) as number) + ids.length);
  return starts;
}

/** The ids of all sequences, one after the other. */
export function idsOf(sequences: readonly Sequence[]): number[] {
  const all: number[] = [];
  for (const { ids } of sequences) for (let i = 0; i < ids.length; i++) all.push(ids[i] as number);
  return all;
}

/** Their positions, continuing from each sequence's past. */
export function positionsOf(sequences: readonly Sequence[]): number[] {
  const all: number[] = [];
  for (const sequence of sequences) for (let i = 0; i < sequence.ids.length; i++) all.push(pastOf(sequence) + i);
  return all;
}

/**
 * @throws RangeError for no list or an empty one, a sequence without ids, a cache given twice; ContextOverflowError
 * naming the sequence that does not fit; ShapeError for an id that the model does not have; what `KVCache.checkFor`
 * throws
 */
export function checkSequences(model: PassModel, sequences: readonly Sequence[]): void {
  if (!Array.isArray(sequences)) {
    throw new RangeError(`forwardBatch: the sequences must be a list, got ${describeValue(sequences)}`);
  }
  if (sequences.length === 0) throw new RangeError("forwardBatch: needs at least one sequence, got an empty list");
  const isBatch = sequences.length > 1;
  for (let index = 0; index < sequences.length; index++) {
    const sequence = (sequences[index] ?? {}) as Sequence;
    const { ids, cache } = sequence;
    const by = isBatch ? `forwardBatch: sequence ${index}` : "forward";
    if (typeof ids !== "object" || typeof ids?.length !== "number") {
      throw new RangeError(`${by}: ids must be a list of token ids, got ${describeValue(ids)}`);
    }
    if (ids.length === 0) throw new RangeError(`${by}: needs at least one token id, got none`);
    if (isBatch) checkIds(model.config, ids, by);
    cache?.checkFor(model, by);
    checkContext(model.config, sequence, isBatch ? index : undefined);
  }
  if (isBatch) checkOwnCaches(sequences);
}

function checkOwnCaches(sequences: readonly Sequence[]): void {
  const owners = new Map<KVCache, number>();
  for (const [index, { cache }] of sequences.entries()) {
    if (!cache) continue;
    const other = owners.get(cache);
    if (other !== undefined) {
      const fix = "each needs its own: fork it";
      throw new RangeError(`forwardBatch: sequences ${other} and ${index} have the same cache; ${fix}`);
    }
    owners.set(cache, index);
  }
}

/** For a single sequence, embedding makes the same check. */
function checkIds({ vocabSize }: GPT2Config, ids: ArrayLike<number>, by: string): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new ShapeError(`${by}: id ${id} at position ${i} is not in the table; ids go from 0 to ${vocabSize - 1}`);
  }
}

function checkContext({ nPositions }: GPT2Config, { ids, cache }: Sequence, sequence: number | undefined): void {
  const past = cache?.length ?? 0;
  const adding = ids.length;
  if (past + adding > nPositions) {
    throw new ContextOverflowError({ past, adding, limit: nPositions, what: "nPositions", sequence });
  }
  if (cache && past + adding > cache.capacity) {
    throw new ContextOverflowError({ past, adding, limit: cache.capacity, what: "cache capacity", sequence });
  }
}
