/** Parameters and small learners made by hand. */
import type { Model } from "@tsgpt/gpt";
import { Tensor } from "@tsgpt/tensor";
import type { BatchSource } from "../src/data/batch-source.ts";
import type { LearnedParameter, Learner } from "../src/learner.ts";

export function learned(name: string, shape: number[], values: readonly number[]): LearnedParameter {
  return { name, value: new Tensor(Float32Array.from(values), shape), gradient: Tensor.zeros(shape) };
}

/** V of the softmax regression. */
export const LETTERS = 5;

/**
 * A softmax regression: the logits of the next id are a row of `table` plus `bias`. Its loss and gradients are written
 * out here: d loss / d logits = softmax - one-hot, over the number of positions.
 */
export function bigramLearner(seed = 1): Learner & { readonly taken: number[] } {
  const numbers = Array.from({ length: LETTERS * LETTERS }, (_, i) => Math.sin(seed + i));
  const table = learned("wte.weight", [LETTERS, LETTERS], numbers);
  const bias = learned("ln_f.bias", [LETTERS], new Array(LETTERS).fill(0));
  const parameters = [table, bias];
  const taken: number[] = [];
  return {
    config: undefined as never,
    model: undefined as unknown as Model,
    parameters,
    taken,
    clearGradients: () => {
      for (const { gradient } of parameters) gradient.data.fill(0);
    },
    changed: () => void taken.push(parameters.length),
    accumulate: (sequences, weight = 1) => {
      const pairs = sequences.flatMap((ids) =>
        Array.from({ length: ids.length - 1 }, (_, i) => [ids[i]!, ids[i + 1]!]),
      );
      let loss = 0;
      for (const [from, to] of pairs as [number, number][]) {
        const logits = Array.from(
          { length: LETTERS },
          (_, j) => table.value.data[from * LETTERS + j]! + bias.value.data[j]!,
        );
        const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
        loss -= logits[to]! - Math.log(sum);
        for (const [j, logit] of logits.entries()) {
          const slope = ((Math.exp(logit) / sum - (j === to ? 1 : 0)) * weight) / pairs.length;
          table.gradient.data[from * LETTERS + j]! += slope;
          bias.gradient.data[j]! += slope;
        }
      }
      return loss / pairs.length;
    },
  };
}

/** Batches of 2 sequences of 3 + 1 ids by a formula, without end unless `count` is given. */
export function formulaBatches(count = Number.POSITIVE_INFINITY): BatchSource {
  let at = 0;
  return {
    batchSize: 2,
    context: 3,
    tokensPerEpoch: 6 * count,
    next: async () => {
      if (at >= count) return undefined;
      const ids = (b: number) => Array.from({ length: 4 }, (_, t) => (at * 3 + b * 2 + t * t) % LETTERS);
      const batch = [ids(0), ids(1)];
      at++;
      return batch;
    },
    position: () => ({ at }),
    restore: (position) => {
      ({ at } = position as { at: number });
    },
  };
}
