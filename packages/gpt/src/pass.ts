/**
 * Pass: one pass over a list of sequences. It binds the operations to its engine's kernels and its scratch memory, so that the model's
 * equations need not, and shows each activation to whoever traces it, a sequence at a time.
 */
import {
  type Arena,
  add,
  addInto,
  columns,
  embedding,
  formatShape,
  gelu,
  layerNorm,
  linear,
  matmulTransposed,
  relu,
  ShapeError,
  sameShape,
  type Tensor,
  type Weight,
} from "@tsgpt/tensor";
import type { LayerNormParameters, LinearParameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config.ts";
import { rowStarts, type Sequence } from "./sequences.ts";
import type { Trace } from "./trace.ts";

export interface Pass {
  readonly config: GPT2Config;
  readonly sequences: readonly Sequence[];
  readonly arena: Arena;
  readonly trace: Trace;
  /** Where the rows of each sequence begin, and where the last one's end: B + 1 numbers. */
  readonly starts: readonly number[];
  /** The rows of one sequence, a view; the tensor itself if there is no other. [sum of T, ...] -> [T, ...] */
  rowsOf(x: Tensor, sequence: number): Tensor;
  /** Shows an activation to the trace and goes on with it; what a hook returns is written over it. [sum of T, ...] or [B, ...] */
  tap(key: string, x: Tensor): Tensor;
  /** The same, shown with its heads apart: [T, H, D]. */
  tapHeads(key: string, x: Tensor): Tensor;
  /** Shows what belongs to one sequence; true if a hook has put something else in its place. */
  isReplaced(key: string, own: Tensor, sequence: number): boolean;
  embedding(table: Weight, ids: ArrayLike<number>): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  addInto(a: Tensor, b: Tensor): void;
  layerNorm(x: Tensor, p: LayerNormParameters): Tensor;
  linear(x: Tensor, p: LinearParameters): Tensor;
  columns(x: Tensor, start: number, end: number): Tensor;
  activation(x: Tensor): Tensor;
  matmulTransposed(x: Tensor, weight: Weight): Tensor;
}

export function openPass(config: GPT2Config, sequences: readonly Sequence[], trace: Trace, arena: Arena): Pass {
  const starts = rowStarts(sequences);
  const rowsOf = (x: Tensor, sequence: number): Tensor => {
    if (sequences.length === 1) return x;
    if (x.shape[0] === sequences.length) return x.slice(sequence, sequence + 1); // a row each
    return x.slice(starts[sequence] as number, starts[sequence + 1] as number);
  };
  const isReplaced = (key: string, own: Tensor, sequence: number) => replace(key, own, trace.visit(key, own, sequence));
  const { nHead, nEmbd, layerNormEpsilon, activationFunction } = config;
  const show = (key: string, x: Tensor, isHeadsApart: boolean): Tensor => {
    for (let sequence = 0; sequence < sequences.length; sequence++) {
      if (!trace.wants(key, sequence)) continue;
      const own = rowsOf(x, sequence);
      isReplaced(key, isHeadsApart ? own.reshape([own.shape[0] as number, nHead, nEmbd / nHead]) : own, sequence);
    }
    return x;
  };
  return {
    config,
    sequences,
    arena,
    trace,
    starts,
    rowsOf,
    isReplaced,
    tap: (key, x) => show(key, x, false),
    tapHeads: (key, x) => show(key, x, true),
    embedding: (table, ids) => embedding(table, ids, arena),
    add: (a, b) => add(a, b, arena),
    addInto: (a, b) => addInto(a, b, arena),
    layerNorm: (x, p) => layerNorm(x, p, layerNormEpsilon, arena),
    linear: (x, { weight, bias }) => linear(x, weight, bias, arena),
    columns: (x, start, end) => columns(x, start, end, arena),
    activation: (x) => {
      if (activationFunction === "relu") return relu(x, arena);
      return gelu(x, activationFunction === "gelu" ? "erf" : "tanh", arena);
    },
    matmulTransposed: (x, weight) => matmulTransposed(x, weight, arena),
  };
}

/** Puts what a hook returned, if anything else, in the place of what it was shown. @throws ShapeError for another shape */
function replace(key: string, activation: Tensor, seen: Tensor): boolean {
  if (seen === activation) return false;
  if (!sameShape(seen.shape, activation.shape)) {
    const [asked, got] = [formatShape(activation.shape), formatShape(seen.shape)];
    throw new ShapeError(`trace: the hook of "${key}" must return ${asked}, got ${got}`);
  }
  activation.data.set(seen.data);
  return true;
}
