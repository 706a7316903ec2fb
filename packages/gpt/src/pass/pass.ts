/**
 * Pass: one forward pass over a list of sequences. It binds each operation to the engine's kernels and to scratch
 * memory, so that the model's equations name neither, and its `tap` passes activations to the trace, one sequence at a
 * time.
 */
import {
  type Arena,
  add,
  addInto,
  columns,
  copyInto,
  embedding,
  formatShape,
  layerNorm,
  linear,
  matmulTransposed,
  ShapeError,
  sameShape,
  type Tensor,
  type Weight,
} from "@tsgpt/tensor";
import { type ActivationName, keyOf } from "../activation-keys.ts";
import type { LayerNormParameters, LinearParameters } from "../checkpoint/parameters.ts";
import { activate } from "../config/activation.ts";
import type { GPT2Config } from "../config/config.ts";
import type { Trace } from "../trace.ts";
import { pastOf, rowStarts, type Sequence } from "./sequences.ts";

export interface Pass {
  readonly config: GPT2Config;
  readonly sequences: readonly Sequence[];
  readonly arena: Arena;
  /** The block being computed, which activations and the cache belong to. */
  layer: number;
  /** Where the rows of each sequence begin, and where the last one's end: B + 1 numbers. */
  readonly starts: readonly number[];
  /** The rows of one sequence, a view; the tensor itself if there is only one. [sum of T, ...] -> [T, ...] */
  rowsOf(x: Tensor, sequence: number): Tensor;
  /**
   * Shows an activation to the trace and returns it, overwritten by what a hook returned. [sum of T, ...] or [B, ...]
   */
  tap(name: ActivationName, x: Tensor): Tensor;
  /** True if the trace listens for this activation of this sequence. */
  wants(name: ActivationName, sequence: number): boolean;
  /** Shows an activation of one sequence, whose first row has position `start`; true if a hook replaced it. */
  isReplaced(name: ActivationName, own: Tensor, sequence: number, start: number): boolean;
  embedding(table: Weight, ids: ArrayLike<number>): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  addInto(a: Tensor, b: Tensor): void;
  layerNorm(x: Tensor, p: LayerNormParameters): Tensor;
  linear(x: Tensor, p: LinearParameters): Tensor;
  columns(x: Tensor, start: number, end: number): Tensor;
  activation(x: Tensor): Tensor;
  matmulTransposed(x: Tensor, weight: Weight): Tensor;
}

/** Activations that a trace shows with their heads apart: [T, H, D]. */
const byHead: ReadonlySet<ActivationName> = new Set<ActivationName>(["q", "k", "v", "z"]);

export function openPass(config: GPT2Config, sequences: readonly Sequence[], trace: Trace, arena: Arena): Pass {
  const { nHead, nEmbd, layerNormEpsilon, activationFunction } = config;
  const starts = rowStarts(sequences);
  const rowsOf = (x: Tensor, sequence: number): Tensor => {
    if (sequences.length === 1) return x;
    if (x.shape[0] === sequences.length) return x.slice(sequence, sequence + 1); // one row per sequence
    return x.slice(starts[sequence] as number, starts[sequence + 1] as number);
  };
  const wants = (name: ActivationName, sequence: number) => trace.wants(keyOf(name, pass.layer), sequence);
  const isReplaced = (name: ActivationName, own: Tensor, sequence: number, start: number): boolean => {
    const key = keyOf(name, pass.layer);
    return replaceInPlace(key, own, trace.visit(key, own, sequence, start), arena);
  };
  const tap = (name: ActivationName, x: Tensor): Tensor => {
    for (let sequence = 0; sequence < sequences.length; sequence++) {
      if (!wants(name, sequence)) continue;
      const own = rowsOf(x, sequence);
      const rows = own.shape[0] as number;
      const shown = byHead.has(name) ? own.reshape([rows, nHead, nEmbd / nHead]) : own;
      isReplaced(name, shown, sequence, endOf(sequences[sequence] as Sequence) - rows);
    }
    return x;
  };
  const pass: Pass = {
    config,
    sequences,
    arena,
    layer: 0,
    starts,
    rowsOf,
    tap,
    wants,
    isReplaced,
    embedding: (table, ids) => embedding(table, ids, arena),
    add: (a, b) => add(a, b, arena),
    addInto: (a, b) => addInto(a, b, arena),
    layerNorm: (x, p) => layerNorm(x, p, layerNormEpsilon, arena),
    linear: (x, { weight, bias }) => linear(x, weight, bias, arena),
    columns: (x, start, end) => columns(x, start, end, arena),
    activation: (x) => activate(x, activationFunction, arena),
    matmulTransposed: (x, weight) => matmulTransposed(x, weight, arena),
  };
  return pass;
}

/** The position after a sequence's last token: S. The rows of an activation are its last ones, all or the very last. */
function endOf(sequence: Sequence): number {
  return pastOf(sequence) + sequence.ids.length;
}

/**
 * Overwrites an activation with what a hook returned; true if that is another tensor. @throws ShapeError for another
 * shape
 */
function replaceInPlace(key: string, activation: Tensor, returned: Tensor, arena: Arena): boolean {
  if (returned === activation) return false;
  if (!sameShape(returned.shape, activation.shape)) {
    const [asked, got] = [formatShape(activation.shape), formatShape(returned.shape)];
    throw new ShapeError(`trace: the hook of "${key}" must return ${asked}, got ${got}`);
  }
  copyInto(activation, returned, arena);
  return true;
}
