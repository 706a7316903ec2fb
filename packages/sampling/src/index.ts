/** @tsgpt/sampling: from logits to the next token, in small pure steps. */
export { type Candidates, candidatesOf, entropy, probabilities } from "./candidates.ts";
export type { SampleContext } from "./chain.ts";
export { type DialectSpec, dialects } from "./dialects/dialects.ts";
export { optionsOfFlags, STEP_FLAGS, type StepFlag } from "./dialects/flags.ts";
export type { ChainFlags, ChainOptions } from "./dialects/options.ts";
export { type Preset, presetChain } from "./dialects/preset-chain.ts";
export { draw, pick } from "./draw.ts";
export { SamplingError } from "./errors.ts";
export type { Scope } from "./parameter.ts";
export { mostProbable, type Profile, type Share, type TailPart } from "./profile.ts";
export { applyChain, type ChainResult, type KeptShare, type ReportOptions, type StepReport } from "./report.ts";
export { createSampler, type Explanation, type Sampler } from "./sampler.ts";
export { type ChainSpec, type StepSpec, validateChain } from "./spec.ts";
export type { Dialect, Flag, FlagValue, StepContext } from "./step.ts";
export * from "./steps/all.ts";
export { argmax } from "./steps/greedy.ts";
export type { MinLengthOption } from "./steps/min-length.ts";
export { checkWatermarkKey, greenTest, WATERMARK_GAMMA, type WatermarkKey } from "./steps/watermark.ts";
