/**
 * The residual stream of every token: before the first block and after each. L + 1 rows of C numbers per token, kept
 * as they are computed, so that a position can be looked into without running the model again.
 */

import { lensHooks } from "@tsgpt/analysis";
import type { GPT2Config, Trace } from "@tsgpt/gpt";
import { Tensor } from "@tsgpt/tensor";
import { allocateFloats } from "./floats.ts";

export interface Residuals {
  /** Of a pass: keeps what it computes. */
  readonly trace: Trace;
  /** The row of a position after `depth` blocks, from 0 to L: a view that the next pass may overwrite. [C] */
  row(depth: number, position: number): Float32Array;
  /** The stream before a block, or with layer L after the last, of the first `length` tokens; a view. [length, C] */
  before(layer: number, length: number): Tensor;
}

/** Bytes of the residual streams of a whole context. */
export function residualBytes({ nLayer, nEmbd, nPositions }: GPT2Config): number {
  return 4 * (nLayer + 1) * nEmbd * nPositions;
}

/**
 * Memory for the residual streams of a model's context; the system gives it as it is written to.
 * @throws EngineError if there is no memory for it
 */
export function createResiduals(config: GPT2Config): Residuals {
  const { nLayer, nEmbd, nPositions } = config;
  const memory = allocateFloats(residualBytes(config) / 4, "the residual streams of a whole context");
  const depths = new Map(lensHooks(nLayer).map((key, depth) => [key, depth]));
  const rows = (depth: number, first: number, end: number) => {
    const at = depth * nPositions;
    return memory.subarray((at + first) * nEmbd, (at + end) * nEmbd);
  };
  return {
    trace: {
      wants: (key) => depths.has(key),
      visit: (key, activation, _, start = 0) => {
        const depth = depths.get(key) as number;
        rows(depth, start, start + (activation.shape[0] as number)).set(activation.data);
        return activation;
      },
    },
    row: (depth, position) => rows(depth, position, position + 1),
    before: (layer, length) => new Tensor(rows(layer, 0, length), [length, nEmbd]),
  };
}
