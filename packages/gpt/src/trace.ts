/**
 * Trace: records or replaces any activation of a pass by TransformerLens's key. A hook receives a copy of the
 * activation; if it returns a tensor, that replaces the activation. Without hooks a trace costs one test per key.
 * In a batched pass each sequence is shown by itself, as if it were alone.
 * Differs from TransformerLens: `ln*.hook_normalized` is the layer norm's output, weight and bias applied.
 */
import { ShapeError, Tensor } from "@tsgpt/tensor";
import { checkActivationKey } from "./activation-keys.ts";

/**
 * Receives an activation (a copy that it owns) and may return a replacement of the same shape. `sequence` is the index
 * in a batched pass, from 0. `start` is the position of the activation's first row in its text: the past tokens of a
 * cached pass come before it.
 */
export type Hook = (activation: Tensor, key: string, sequence: number, start: number) => Tensor | undefined;

/** Receives the activations of a pass, and may replace them. */
export interface Trace {
  /**
   * True if someone listens for this key of this sequence (0 if it is the only one); otherwise it is not materialized.
   */
  wants(key: string, sequence?: number): boolean;
  /** The activation to continue with: the given one, or the hook's replacement. */
  visit(key: string, activation: Tensor, sequence?: number, start?: number): Tensor;
}

/** The trace of an unobserved pass. */
export const noTrace: Trace = { wants: () => false, visit: (_, activation) => activation };

/**
 * A trace from hooks by key, for a model of `layers` blocks. @throws RangeError for an unknown key
 * @example forward(model, ids, { trace: traceWith(12, { "blocks.0.hook_attn_out": (a) => Tensor.zeros(a.shape) }) })
 */
export function traceWith(layers: number, hooks: Readonly<Record<string, Hook>>): Trace {
  const byKey = new Map(Object.entries(hooks));
  for (const key of byKey.keys()) checkActivationKey(layers, key, "traceWith");
  return {
    wants: (key) => byKey.has(key),
    visit: (key, activation, sequence = 0, start = 0) =>
      byKey.get(key)?.(activation.clone(), key, sequence, start) ?? activation,
  };
}

/** Several traces of one pass, in order: each sees what the ones before it have replaced. */
export function chainTraces(...traces: readonly Trace[]): Trace {
  return {
    wants: (key, sequence) => traces.some((trace) => trace.wants(key, sequence)),
    visit: (key, activation, sequence, start) =>
      traces
        .filter((trace) => trace.wants(key, sequence))
        .reduce((current, trace) => trace.visit(key, current, sequence, start), activation),
  };
}

/**
 * A trace that records copies of every activation, or of those that `select` accepts, into `into`; in a batched pass,
 * those of sequence i into `into[i]`.
 * @throws RangeError for a sequence without a map
 */
export function record(
  into: Map<string, Tensor> | readonly Map<string, Tensor>[],
  select: (key: string, sequence: number) => boolean = () => true,
): Trace {
  const maps = into instanceof Map ? [into] : into;
  return {
    wants: (key, sequence = 0) => select(key, sequence),
    visit: (key, activation, sequence = 0) => {
      if (select(key, sequence)) mapOf(maps, sequence).set(key, activation.clone());
      return activation;
    },
  };
}

function mapOf(maps: readonly Map<string, Tensor>[], sequence: number): Map<string, Tensor> {
  const map = maps[sequence];
  if (map) return map;
  throw new RangeError(`record: there is no map for sequence ${sequence}, only ${maps.length}; give one a sequence`);
}

/**
 * Joins the activations of consecutive passes over one cache into those of a single pass: rows are stacked, and scores
 * and patterns [H, T, S] are padded to the last S with their masked value (-Infinity and 0).
 * @throws ShapeError
 */
export function stackTraces(parts: readonly ReadonlyMap<string, Tensor>[]): Map<string, Tensor> {
  const joined = new Map<string, Tensor>();
  for (const key of parts[0]?.keys() ?? []) {
    const pieces = parts.map((part) => {
      const piece = part.get(key);
      if (!piece) throw new ShapeError(`stackTraces: "${key}" is missing from one of the passes`);
      return piece;
    });
    const masked = key.endsWith("attn_scores") ? Number.NEGATIVE_INFINITY : key.endsWith("pattern") ? 0 : undefined;
    joined.set(key, masked === undefined ? stackRows(pieces) : stackSquares(pieces, masked));
  }
  return joined;
}

/** [T1, ...], [T2, ...] -> [T1 + T2, ...] */
function stackRows(pieces: readonly Tensor[]): Tensor {
  const [, ...rest] = pieces[0]?.shape ?? [];
  const out = Tensor.zeros([pieces.reduce((sum, piece) => sum + (piece.shape[0] as number), 0), ...rest]);
  let at = 0;
  for (const piece of pieces) {
    out.data.set(piece.data, at);
    at += piece.size;
  }
  return out;
}

/** [H, T1, S1], [H, T2, S2] -> [H, T1 + T2, last S] */
function stackSquares(pieces: readonly Tensor[], masked: number): Tensor {
  const heads = pieces[0]?.shape[0] as number;
  const rows = pieces.reduce((sum, piece) => sum + (piece.shape[1] as number), 0);
  const s = pieces.at(-1)?.shape[2] as number;
  const out = Tensor.zeros([heads, rows, s]);
  out.data.fill(masked);
  for (let h = 0; h < heads; h++) {
    let row = 0;
    for (const piece of pieces) {
      const [, t, width] = piece.shape as [number, number, number];
      for (let i = 0; i < t; i++, row++) {
        const from = (h * t + i) * width;
        out.data.set(piece.data.subarray(from, from + width), (h * rows + row) * s);
      }
    }
  }
  return out;
}
