/**
 * Statistics that help detect machine-generated text, computed from the scores of one text. Each is a statistic,
 * neither a proof nor a probability: typical values depend on the model, the kind of text and its length
 * (docs/detection.md). Log-likelihood, rank, log-rank and entropy: Gehrmann et al., GLTR (arXiv 1906.04043), and
 * Mitchell et al. (arXiv 2301.11305); LRR: Su et al. (arXiv 2306.05540); Fast-DetectGPT: Bao et al. (arXiv 2310.05130),
 * the analytic form, with one model as reference and scorer.
 */
import { isScored, type TokenScores } from "../score/token-scores.ts";
import { type ClassCounts, classCounts } from "./rank-class.ts";

/** The statistics of a text. */
export interface Detection {
  /** Number of tokens with a score; all means are over these. */
  readonly scored: number;
  /** Mean of ln p, in nats. */
  readonly logLikelihood: number;
  /** Mean rank; the most probable token has rank 1. */
  readonly rank: number;
  /** Mean of ln rank. */
  readonly logRank: number;
  /** Mean entropy of the distributions that predict the tokens, in nats. */
  readonly entropy: number;
  /** -logLikelihood / logRank; null if every token has rank 1. */
  readonly lrr: number | null;
  /**
   * (sum of ln p - sum of its means) / sqrt(sum of its variances), with mean and variance of ln p under the model's
   * distribution; null if the variances are 0.
   */
  readonly fastDetectGpt: number | null;
  /** GLTR's classes by rank. */
  readonly classes: ClassCounts;
}

/** The statistics of a text's scores. @throws RangeError if no token has a score */
export function detect(scores: TokenScores): Detection {
  let [scored, logprob, rank, logRank, entropy, variance] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < scores.ids.length; i++) {
    if (!isScored(scores, i)) continue;
    const oneBased = 1 + (scores.rank[i] as number);
    scored++;
    logprob += scores.logprob[i] as number;
    rank += oneBased;
    logRank += Math.log(oneBased);
    entropy += scores.entropy[i] as number;
    variance += scores.variance[i] as number;
  }
  if (scored === 0)
    throw new RangeError("detect: no token has a score; give a longer text, or a begin token before it");
  return {
    scored,
    logLikelihood: logprob / scored,
    rank: rank / scored,
    logRank: logRank / scored,
    entropy: entropy / scored,
    lrr: logRank > 0 ? -logprob / logRank : null,
    // the mean of ln p under p is -entropy
    fastDetectGpt: variance > 0 ? (logprob + entropy) / Math.sqrt(variance) : null,
    classes: classCounts(scores),
  };
}
