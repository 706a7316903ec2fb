/** Cross-entropy of a text under the model: what training minimises, at every position at once. */
import { logSoftmax } from "@tsgpt/tensor";
import { forward, type Model } from "./model.ts";

export interface Loss {
  /** -ln p(ids[i + 1] | ids[0 .. i]) for i = 0 .. T - 2, in nats. */
  readonly perPosition: readonly number[];
  /** Their mean, in nats per token; exp of it is the perplexity. */
  readonly mean: number;
}

/**
 * The loss of each token given those before it; the first has none. T ids -> T - 1 losses
 * @throws RangeError for fewer than two tokens; ContextOverflowError for more than nPositions
 */
export function crossEntropy(model: Model, ids: ArrayLike<number>): Loss {
  if (ids.length < 2) throw new RangeError(`crossEntropy: needs 2 tokens or more, got ${ids.length}`);
  const logProbabilities = logSoftmax(forward(model, ids)); // [T, V]
  const perPosition = Array.from({ length: ids.length - 1 }, (_, i) => {
    return -(logProbabilities.row(i).data[ids[i + 1] as number] as number);
  });
  return { perPosition, mean: perPosition.reduce((sum, loss) => sum + loss, 0) / perPosition.length };
}
