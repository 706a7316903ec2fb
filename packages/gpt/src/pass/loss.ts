/** Cross-entropy of texts under the model: what training minimizes, at every position at once. */
import { logSoftmax, onHeap, type Tensor } from "@tsgpt/tensor";
import { checkModel } from "../check-model.ts";
import { ContextOverflowError } from "../errors.ts";
import { forwardBatch, type Model } from "../model.ts";
import { rowStarts } from "./sequences.ts";

/** The cross-entropy of a text, in nats. */
export interface Loss {
  /** -ln p(ids[i + 1] | ids[0 .. i]) for i = 0 .. T - 2, in nats. */
  readonly perPosition: readonly number[];
  /** Their mean, in nats per token; exp of it is the perplexity. */
  readonly mean: number;
}

/**
 * The loss of each token given those before it; the first has none, and the last, which nothing follows, is not fed.
 * T ids -> T - 1 losses
 * @throws RangeError for fewer than two tokens; ContextOverflowError if more than nPositions would be fed
 */
export function crossEntropy(model: Model, ids: ArrayLike<number>): Loss {
  return crossEntropies(model, [ids])[0] as Loss;
}

/**
 * The losses of several independent texts, such as the windows of a long one. A pass takes as many as feed
 * nPositions tokens together. B lists of T ids -> B losses
 * @throws what `crossEntropy` throws, before anything is computed
 */
export function crossEntropies(model: Model, texts: readonly ArrayLike<number>[]): Loss[] {
  checkModel("crossEntropy", model);
  const { nPositions } = model.config;
  for (const [i, { length }] of texts.entries()) {
    if (length < 2) throw new RangeError(`crossEntropy: needs 2 tokens or more, got ${length}`);
    if (length - 1 <= nPositions) continue;
    const sequence = texts.length > 1 ? i : undefined;
    throw new ContextOverflowError({ past: 0, adding: length - 1, limit: nPositions, what: "nPositions", sequence });
  }
  return groupsOf(texts, nPositions).flatMap((group) => lossesOf(model, group));
}

/** Groups consecutive texts that feed at most `most` tokens together. */
function groupsOf(texts: readonly ArrayLike<number>[], most: number): ArrayLike<number>[][] {
  const groups: ArrayLike<number>[][] = [];
  let tokens = most;
  for (const text of texts) {
    if (tokens + text.length - 1 > most) {
      groups.push([]);
      tokens = 0;
    }
    groups.at(-1)?.push(text);
    tokens += text.length - 1;
  }
  return groups;
}

/** One pass. */
function lossesOf(model: Model, texts: readonly ArrayLike<number>[]): Loss[] {
  const sequences = texts.map((ids) => ({ ids: Array.from(ids).slice(0, -1) }));
  const starts = rowStarts(sequences);
  const logProbabilities = logSoftmax(forwardBatch(model, sequences), onHeap(model.engine)); // [sum of T, V]
  return texts.map((ids, b) => lossOf(logProbabilities.slice(starts[b] as number, starts[b + 1] as number), ids));
}

/** [T - 1, V], T ids -> T - 1 losses */
function lossOf(logProbabilities: Tensor, ids: ArrayLike<number>): Loss {
  const perPosition = Array.from({ length: ids.length - 1 }, (_, i) => {
    return -(logProbabilities.row(i).data[ids[i + 1] as number] as number);
  });
  return { perPosition, mean: perPosition.reduce((sum, loss) => sum + loss, 0) / perPosition.length };
}
