/**
 * DetectGPT's statistic (Mitchell et al., arXiv 2301.11305): a text that a model wrote lies near a peak of its
 * likelihood, so that changing it a little makes it less likely; a human one's rewrites may be likelier as well as not.
 */
import type { Model } from "@tsgpt/gpt";
import { type ScoreOptions, scoreTexts } from "../score/score.ts";
import type { TokenScores } from "../score/token-scores.ts";
import { detect } from "./detect.ts";
import { type RewriteOptions, rewrite } from "./rewrite.ts";

export interface DetectGptOptions extends Pick<RewriteOptions, "seed" | "signal">, Pick<ScoreOptions, "recipe"> {
  /** How many rewrites, 2 or more. */
  readonly perturbations: number;
  /** Rewrites made and then scored so far, in parts of all. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface DetectGpt {
  /** (log-likelihood - mean of the rewrites') / their deviation; null where they do not differ. */
  readonly score: number | null;
  /** Mean log-likelihood of the rewrites, in nats a token. */
  readonly mean: number;
  /** Their deviation, over N as in the authors' code. */
  readonly deviation: number;
}

/**
 * The statistic of a text that has its scores, by rewrites of the model itself.
 * @throws RangeError for fewer than 2 perturbations, or a text too short to rewrite; the signal's AbortError
 */
export async function detectGpt(model: Model, scores: TokenScores, options: DetectGptOptions): Promise<DetectGpt> {
  const { perturbations: count, seed, signal, recipe, onProgress } = options;
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(
      `detectGpt: perturbations must be a whole number, 2 or more, for their deviation; got ${count}`,
    );
  }
  const { ids, bos } = scores;
  const progress = (from: number) => (done: number, total: number) => onProgress?.(from + done / total / 2);
  const rewrites = await rewrite(model, ids, { count, seed, bos, signal, onProgress: progress(0) });
  const scored = await scoreTexts(model, rewrites, { bos, top: 0, recipe, signal, onProgress: progress(0.5) });
  const likelihoods = scored.map((rewritten) => detect(rewritten).logLikelihood);
  const mean = likelihoods.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(likelihoods.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  return { score: deviation > 0 ? (detect(scores).logLikelihood - mean) / deviation : null, mean, deviation };
}
