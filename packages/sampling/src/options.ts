/** The options of a chain, one number or list each, as people type them; what is left out is off, or has the preset's default. */
import type { Scope } from "./parameter.ts";
import type { MinLength } from "./steps/min-length.ts";
import type { WatermarkKey } from "./steps/watermark.ts";

/** Tokens that may not come before the text has so many. */
export type MinLengthOption = Omit<MinLength, "type">;

export interface ChainOptions {
  /** The most probable token, after penalties and constraints. */
  readonly greedy?: boolean | undefined;
  /** Neutral: 1. 0 is an error, but in llama.cpp's dialect the most probable token. */
  readonly temperature?: number | undefined;
  /** Neutral: 0. */
  readonly topK?: number | undefined;
  /** Neutral: 1. */
  readonly topP?: number | undefined;
  /** Neutral: 0. */
  readonly minP?: number | undefined;
  /** Neutral: 1. */
  readonly typical?: number | undefined;
  /** Neutral: 0. */
  readonly epsilon?: number | undefined;
  /** Neutral: 0. */
  readonly eta?: number | undefined;
  /** Neutral: 0. */
  readonly topNSigma?: number | undefined;
  /** Neutral: 0. */
  readonly xtcProbability?: number | undefined;
  /** Default 0.1. */
  readonly xtcThreshold?: number | undefined;
  /** In bits; neutral: 0. Default, if the rate is given, 5. */
  readonly mirostatTau?: number | undefined;
  /** Default 0.1. */
  readonly mirostatEta?: number | undefined;
  /** Neutral: 1. */
  readonly repetitionPenalty?: number | undefined;
  /** The lecture's under "deck" and "greedy", neutral: 1; OpenAI's elsewhere, neutral: 0. */
  readonly frequencyPenalty?: number | undefined;
  /** As frequencyPenalty. */
  readonly presencePenalty?: number | undefined;
  /** Neutral: 0. */
  readonly noRepeatNgram?: number | undefined;
  /** Neutral: 0. */
  readonly dryMultiplier?: number | undefined;
  /** Default 1.75. */
  readonly dryBase?: number | undefined;
  /** Default 2. */
  readonly dryAllowedLength?: number | undefined;
  readonly dryBreakers?: readonly number[] | undefined;
  /** Of all penalties; without it the preset's, and the whole text for n-grams and DRY. */
  readonly penaltyScope?: Scope | undefined;
  /** By token id. */
  readonly logitBias?: Readonly<Record<string, number>> | undefined;
  /** Sequences of token ids. */
  readonly banned?: readonly (readonly number[])[] | undefined;
  /** Token ids. */
  readonly allowed?: readonly number[] | undefined;
  /** No end-of-text token before so many tokens are generated. */
  readonly minLength?: MinLengthOption | readonly MinLengthOption[] | undefined;
  /** Id of the first token generated. */
  readonly forcedFirst?: number | undefined;
  /** Id of the token generated at an index: the last that may be. */
  readonly forcedLast?: { readonly id: number; readonly at: number } | undefined;
  readonly watermark?: (WatermarkKey & { readonly delta?: number }) | undefined;
}

export type OptionName = keyof ChainOptions;

/** Every option, and which others it means nothing without: one of those must be given. */
export const OPTIONS: { readonly [K in OptionName]-?: readonly OptionName[] } = {
  greedy: [],
  temperature: [],
  topK: [],
  topP: [],
  minP: [],
  typical: [],
  epsilon: [],
  eta: [],
  topNSigma: [],
  xtcProbability: [],
  xtcThreshold: ["xtcProbability"],
  mirostatTau: [],
  mirostatEta: [],
  repetitionPenalty: [],
  frequencyPenalty: [],
  presencePenalty: [],
  noRepeatNgram: [],
  dryMultiplier: [],
  dryBase: ["dryMultiplier"],
  dryAllowedLength: ["dryMultiplier"],
  dryBreakers: ["dryMultiplier"],
  penaltyScope: ["repetitionPenalty", "frequencyPenalty", "presencePenalty", "noRepeatNgram", "dryMultiplier"],
  logitBias: [],
  banned: [],
  allowed: [],
  minLength: [],
  forcedFirst: [],
  forcedLast: [],
  watermark: [],
};
