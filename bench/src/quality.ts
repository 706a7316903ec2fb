/**
 * The quality loss of a storage dtype: logits, perplexity and the most probable token on a text, compared with the same
 * model in float32. The text is split into independent windows of the model's context; the remainder is not used.
 */
import { forwardBatch, type Model } from "@tsgpt/gpt";
import { argmax, logSoftmax, referenceEngine, type Tensor } from "@tsgpt/tensor";

export interface Quality {
  readonly dtype: string;
  readonly perplexity: number;
  /** Perplexity relative to the first model, minus 1. */
  readonly perplexityChange: number;
  readonly largestLogitDifference: number;
  /** Root mean square. */
  readonly typicalLogitDifference: number;
  /** Fraction of positions with the same most probable token as the first model. */
  readonly greedyAgreement: number;
}

interface Sums {
  positions: number;
  losses: number;
  loss: number;
  largest: number;
  squares: number;
  agreeing: number;
}

const TOKENS_OF_A_PASS = 1024;

/** Each model compared with the first. @throws RangeError for a text with fewer tokens than the model's context */
export function compareQuality(models: readonly Model[], ids: readonly number[]): Quality[] {
  const [base] = models;
  if (!base) return [];
  const { nPositions, vocabSize } = base.config;
  if (ids.length < nPositions) throw new RangeError(`compareQuality: needs ${nPositions} tokens, got ${ids.length}`);
  const all = models.map((): Sums => ({ positions: 0, losses: 0, loss: 0, largest: 0, squares: 0, agreeing: 0 }));
  const windows = Array.from({ length: Math.floor(ids.length / nPositions) }, (_, i) =>
    ids.slice(i * nPositions, (i + 1) * nPositions),
  );
  const aPass = Math.max(1, Math.floor(TOKENS_OF_A_PASS / nPositions));
  for (let start = 0; start < windows.length; start += aPass) {
    const group = windows.slice(start, start + aPass);
    const reference = logitsOf(base, group);
    for (const [m, model] of models.entries()) {
      const logits = logitsOf(model, group);
      for (const [i, window] of group.entries())
        addWindow(all[m] as Sums, window, logits[i] as Tensor, reference[i] as Tensor);
    }
  }
  const perplexities = all.map(({ loss, losses }) => Math.exp(loss / losses));
  return all.map(({ positions, largest, squares, agreeing }, m) => ({
    dtype: (models[m] as Model).parameters.wte.dtype,
    perplexity: perplexities[m] as number,
    perplexityChange: (perplexities[m] as number) / (perplexities[0] as number) - 1,
    largestLogitDifference: largest,
    typicalLogitDifference: Math.sqrt(squares / (positions * vocabSize)),
    greedyAgreement: agreeing / positions,
  }));
}

/** Logits of windows of the same length, by one pass over all of them. W lists of T ids -> W of [T, V] */
function logitsOf(model: Model, windows: readonly (readonly number[])[]): Tensor[] {
  const logits = forwardBatch(
    model,
    windows.map((ids) => ({ ids })),
  );
  return windows.map(({ length }, i) => logits.slice(i * length, (i + 1) * length));
}

function addWindow(sums: Sums, window: readonly number[], logits: Tensor, reference: Tensor): void {
  const logProbabilities = logSoftmax(logits, referenceEngine);
  for (const [i, next] of window.slice(1).entries()) {
    sums.loss -= logProbabilities.row(i).data[next] as number;
    sums.losses++;
  }
  for (let i = 0; i < window.length; i++) {
    if (argmax(logits.row(i)) === argmax(reference.row(i))) sums.agreeing++;
    sums.positions++;
  }
  for (let i = 0; i < logits.size; i++) {
    const difference = Math.abs((logits.data[i] as number) - (reference.data[i] as number));
    sums.largest = Math.max(sums.largest, difference);
    sums.squares += difference ** 2;
  }
}
