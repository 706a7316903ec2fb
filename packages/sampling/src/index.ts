/** @tsgpt/sampling: from logits to the next token, in small pure steps. */
export { type Candidates, candidatesOf, entropy, probabilities } from "./candidates.ts";
export type { SampleContext } from "./chain.ts";
export { type AllFlags, chainOfFlags, checkFlagIds } from "./dialects/chain-of-flags.ts";
export { DIALECT_SPECS, type DialectSpec, dialects, type Ordered } from "./dialects/dialects.ts";
export { idsOfWord, optionsOfTexts, type Spelling } from "./dialects/flag-texts.ts";
export { optionsOfFlags, STEP_FLAGS, type StepFlag } from "./dialects/flags.ts";
export { chainOptionChecks } from "./dialects/option-checks.ts";
export type { ChainFlags, ChainOptions } from "./dialects/options.ts";
export { defaultsFor, type Preset, type PresetOptions, presetChain } from "./dialects/preset-chain.ts";
export { draw, pick } from "./draw.ts";
export { SamplingError } from "./errors.ts";
export type { Scope } from "./parameter.ts";
export { mostProbable, type Profile, type Share, type TailPart } from "./profile.ts";
export { applyChain, type ChainResult, type KeptShare, type ReportOptions, type StepReport } from "./report.ts";
export { createSampler, type Explanation, type Sampler, type SamplerOptions, type SamplerState } from "./sampler.ts";
export {
  type AnyChain,
  type ChainSpec,
  type InferredStep,
  isRandom,
  type StepSpec,
  type TransformersKey,
} from "./spec.ts";
export type { Dialect, FlagValue, OptionDefinition, StepKind } from "./step.ts";
export { argmax } from "./steps/greedy.ts";
export type { MinLengthOption } from "./steps/min-length.ts";
export { topP } from "./steps/top-p.ts";
export { checkWatermarkKey, colorHash, WATERMARK_GAMMA, type WatermarkKey } from "./steps/watermark.ts";
export { createWorkspace, type Workspace } from "./workspace.ts";
