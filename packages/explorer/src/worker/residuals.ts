/**
 * The residual stream of every token: before the first block and after each. L + 1 rows of C numbers per token, kept
 * as they are computed, so that a position can be looked into without running the model again.
 */

import { lensHooks } from "@tsgpt/analysis";
import type { GPT2Config, Hook } from "@tsgpt/gpt";
import { EngineError, Tensor } from "@tsgpt/tensor";

export interface Residuals {
  /** Hooks of a pass, which keep what it computes. */
  readonly hooks: Readonly<Record<string, Hook>>;
  /** The row of a position after `depth` blocks, from 0 to L: a view that the next pass may overwrite. [C] */
  row(depth: number, position: number): Float32Array;
  /** The stream before a block, or with layer L after the last, of the first `length` tokens; a copy. [length, C] */
  before(layer: number, length: number): Tensor;
}

/** Memory for the residual streams of a model's context; it grows with the text. */
export function createResiduals({ nLayer, nEmbd, nPositions }: GPT2Config): Residuals {
  const keys = lensHooks(nLayer);
  const rows = new Map(keys.map((key) => [key, new Float32Array(0)]));
  const keep: Hook = (activation, key, _sequence, start) => {
    const end = (start + (activation.shape[0] as number)) * nEmbd;
    const grown = withRoom(rows.get(key) as Float32Array<ArrayBuffer>, end, Math.min(end * 2, nPositions * nEmbd));
    grown.set(activation.data, start * nEmbd);
    rows.set(key, grown);
    return undefined;
  };
  return {
    hooks: Object.fromEntries(keys.map((key) => [key, keep])),
    row: (depth, position) => {
      const data = rows.get(keys[depth] as string) as Float32Array;
      return data.subarray(position * nEmbd, (position + 1) * nEmbd);
    },
    before: (layer, length) => {
      const data = rows.get(keys[layer] as string) as Float32Array;
      return new Tensor(data.slice(0, length * nEmbd), [length, nEmbd]);
    },
  };
}

/**
 * The array, or a larger copy of it if it has no room for `needed` numbers.
 * @throws EngineError if there is no memory for it
 */
function withRoom(data: Float32Array<ArrayBuffer>, needed: number, larger: number): Float32Array<ArrayBuffer> {
  if (data.length >= needed) return data;
  const grown = allocated(larger);
  grown.set(data);
  return grown;
}

function allocated(size: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(size);
  } catch (cause) {
    const bytes = `${((4 * size) / 1e6).toFixed(1)} MB`;
    throw new EngineError(`this browser has no ${bytes} more for the residual streams of the text; shorten it`, {
      cause,
    });
  }
}
