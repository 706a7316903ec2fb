/** @tsgpt/sampling: from logits to the next token, in small pure steps. */
export { type Candidates, candidatesOf, entropy, probabilities } from "./candidates.ts";
export type { SampleContext } from "./chain.ts";
export { draw, pick } from "./draw.ts";
export { SamplingError } from "./errors.ts";
export type { ChainOptions, MinLengthOption } from "./options.ts";
export type { Scope } from "./parameter.ts";
export { dialects, type Preset, presetChain } from "./presets.ts";
export { mostProbable, type Profile, type Share, type TailPart } from "./profile.ts";
export { applyChain, type ChainResult, type KeptShare, type ReportOptions, type StepReport } from "./report.ts";
export type { StepContext } from "./rule.ts";
export { createSampler, type Explanation, type Sampler } from "./sampler.ts";
export { type ChainSpec, type StepSpec, validateChain } from "./spec.ts";
export { additivePenalties } from "./steps/additive-penalties.ts";
export { allowedTokens } from "./steps/allowed-tokens.ts";
export { bannedWords } from "./steps/banned-words.ts";
export { deckPenalties } from "./steps/deck-penalties.ts";
export { dry } from "./steps/dry.ts";
export { epsilon } from "./steps/epsilon.ts";
export { eta } from "./steps/eta.ts";
export { forcedToken } from "./steps/forced-token.ts";
export { argmax, greedy } from "./steps/greedy.ts";
export { logitBias } from "./steps/logit-bias.ts";
export { minLength } from "./steps/min-length.ts";
export { minP } from "./steps/min-p.ts";
export { mirostat } from "./steps/mirostat.ts";
export { noRepeatNgram } from "./steps/no-repeat-ngram.ts";
export { repetitionPenalty } from "./steps/repetition-penalty.ts";
export { temperature } from "./steps/temperature.ts";
export { topK } from "./steps/top-k.ts";
export { topNSigma } from "./steps/top-n-sigma.ts";
export { topP } from "./steps/top-p.ts";
export { typical } from "./steps/typical.ts";
export {
  checkWatermarkKey,
  colorHash,
  greenTest,
  WATERMARK_GAMMA,
  type WatermarkKey,
  watermark,
} from "./steps/watermark.ts";
export { xtc } from "./steps/xtc.ts";
export type { Dialect } from "./steps-of-options.ts";
