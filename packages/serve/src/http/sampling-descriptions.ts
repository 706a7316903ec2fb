/** What the fields of sampling do, for the OpenAPI document: one for each flag of a step, or this does not compile. */
import type { ChainFlags } from "@tsgpt/sampling";

export const SAMPLING_DESCRIPTIONS: { readonly [N in keyof ChainFlags]-?: string } = {
  temperature:
    "Above 1 flattens the distribution, below 1 sharpens it; 0 is greedy; the default is that of openai and hf.",
  topK: "Keep the k most probable tokens; 0 is off.",
  topP: "Keep the most probable tokens that hold probability p; 1 is off.",
  minP: "Keep tokens of at least p times the largest probability; 0 is off.",
  typical: "Keep the tokens closest to the entropy that hold this probability; 1 is off.",
  epsilon: "Keep tokens of probability p or more; 0 is off.",
  eta: "Like epsilon, but lower for a high entropy; 0 is off.",
  topNSigma: "Keep logits within n standard deviations of the largest; 0 is off.",
  xtcProbability: "Probability of excluding the top choices; 0 is off.",
  xtcThreshold: "Probability from which a token is a top choice; 0.1 if it is not given.",
  mirostatTau: "Mirostat v2 with this target surprise in bits; 0 is off; 5 with mirostat_eta alone.",
  mirostatEta: "Learning rate of mirostat; 0.1 if it is not given.",
  frequencyPenalty: "Penalty per occurrence; off: 1 under lecture, 0 elsewhere. From -2 to 2 under openai.",
  presencePenalty: "Penalty for any occurrence; off: 1 under lecture, 0 elsewhere. From -2 to 2 under openai.",
  repetitionPenalty: "CTRL's penalty, which divides positive logits; 1 is off.",
  dryMultiplier: "DRY penalty on repeated sequences; 0 is off.",
  dryBase: "Growth of DRY's penalty with their length; 1.75 if it is not given.",
  dryAllowedLength: "Shorter repetitions are not penalized by DRY; 2 if it is not given.",
  dryBreaker: 'DRY\'s repetitions end at these; a line break, ":", a quotation mark and "*" if it is not given.',
  penaltyScope: "Which tokens penalties count: all, generated, or the last N.",
  noRepeatNgram: "No sequence of n tokens occurs twice; 0 is off.",
  banned: "Sequences that must not occur.",
  allowed: "The only tokens that may be chosen.",
  logitBias: "Numbers added to the logits of these tokens.",
  forcedFirst: "The token id that is forced as the first one.",
  watermarkKey: "Watermark: favor the green tokens of this secret key.",
  watermarkGamma: "Fraction of the vocabulary that is green; 0.25 if it is not given.",
  watermarkDelta: "Bias on the logits of green tokens; 2 if it is not given.",
  watermarkHash:
    "What seeds the green list: left, the previous tokens; self, one of them and the token. left by default.",
  watermarkWidth: "How many previous tokens seed the green list; 1 if it is not given.",
};
