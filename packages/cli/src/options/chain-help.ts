/** The help of the options of chain-options.ts: one entry for each flag of a step, or this does not compile. */
import type { ChainFlags } from "@tsgpt/sampling";

/** The placeholder of the value, and what the option does. */
type Help = readonly [placeholder: string, text: string];

export const CHAIN_HELP: { readonly [N in keyof ChainFlags]-?: Help } = {
  temperature: ["<t>", "above 1 flattens the distribution, below 1 sharpens it; 1 is off"],
  topK: ["<k>", "keep the k most probable tokens; 0 is off"],
  topP: ["<p>", "keep the most probable tokens that hold probability p; 1 is off"],
  minP: ["<p>", "keep tokens of at least p times the largest probability; 0 is off"],
  typical: ["<mass>", "keep the tokens closest to the entropy that hold this probability; 1 is off"],
  epsilon: ["<p>", "keep tokens of probability p or more; 0 is off"],
  eta: ["<p>", "like epsilon, but lower for a high entropy; 0 is off"],
  topNSigma: ["<n>", "keep logits within n standard deviations of the largest; 0 is off"],
  xtcProbability: ["<p>", "probability of excluding the top choices; 0 is off"],
  xtcThreshold: ["<p>", "probability from which a token is a top choice (default: 0.1)"],
  mirostatTau: ["<bits>", "mirostat v2 with this target surprise; 0 is off (default with --mirostat-eta alone: 5)"],
  mirostatEta: ["<rate>", "learning rate of mirostat (default: 0.1)"],
  frequencyPenalty: ["<f>", "penalty per occurrence; off: 1 under lecture, 0 elsewhere"],
  presencePenalty: ["<p>", "penalty for any occurrence; off: 1 under lecture, 0 elsewhere"],
  repetitionPenalty: ["<r>", "CTRL's penalty: divides positive logits; 1 is off"],
  dryMultiplier: ["<m>", "DRY penalty on repeated sequences; 0 is off"],
  dryBase: ["<b>", "growth of the penalty with their length (default: 1.75)"],
  dryAllowedLength: ["<n>", "shorter repetitions are not penalized (default: 2)"],
  dryBreaker: ["<ids|text>", "repetitions end at this token or text; may be repeated"],
  penaltyScope: ["<scope>", "which tokens penalties count: all, generated, or the last N"],
  noRepeatNgram: ["<n>", "no sequence of n tokens occurs twice; 0 is off"],
  banned: ["<ids|text>", "a sequence that must not occur; may be repeated"],
  allowed: ["<ids>", "the only tokens that may be chosen"],
  logitBias: ["<id:bias,...>", "add to the logits of these tokens"],
  forcedFirst: ["<id>", "force the first generated token"],
  watermarkKey: ["<n>", "watermark: favor the green tokens of this secret key"],
  watermarkGamma: ["<share>", "fraction of the vocabulary that is green (default: 0.25)"],
  watermarkDelta: ["<d>", "bias on the logits of green tokens (default: 2)"],
  watermarkHash: [
    "<how>",
    "what seeds the green list: left, the previous tokens; self, one of them and the token (default: left)",
  ],
  watermarkWidth: ["<n>", "how many previous tokens (default: 1)"],
};
