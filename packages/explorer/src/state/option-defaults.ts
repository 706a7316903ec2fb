/** What an omitted option has: the model's or the dialect's default, or what leaves its step out, or the step's own. */
import { type ChainFlags, DIALECT_SPECS, defaultsFor, STEP_FLAGS } from "@tsgpt/sampling";
import { defaultsBeside } from "../model-defaults.ts";
import type { Sampling } from "../protocol/text.ts";

export type NumberOption = OptionOf<number>;
export type WordOption = Exclude<OptionOf<string | number>, NumberOption>;

/** Options all of whose values are of a type. */
type OptionOf<Type> = {
  [Name in keyof ChainFlags]-?: NonNullable<ChainFlags[Name]> extends Type ? Name : never;
}[keyof ChainFlags];

/** Defaults of steps that are in use: "neutral" leaves the step out, undefined is no value at all. */
const OWN: { readonly [Name in NumberOption]: number | "neutral" | undefined } & {
  readonly [Name in WordOption]: string;
} = {
  temperature: "neutral",
  topK: "neutral",
  topP: "neutral",
  minP: "neutral",
  typical: "neutral",
  epsilon: "neutral",
  eta: "neutral",
  topNSigma: "neutral",
  xtcProbability: "neutral",
  xtcThreshold: 0.1,
  mirostatTau: "neutral",
  mirostatEta: 0.1,
  frequencyPenalty: "neutral",
  presencePenalty: "neutral",
  penaltyScope: "all",
  repetitionPenalty: "neutral",
  dryMultiplier: "neutral",
  dryBase: 1.75,
  dryAllowedLength: 2,
  noRepeatNgram: "neutral",
  forcedFirst: undefined,
  watermarkKey: undefined,
  watermarkGamma: 0.25,
  watermarkDelta: 2,
  watermarkHash: "left",
  watermarkWidth: 1,
};

const NEUTRAL = new Map(STEP_FLAGS.map(({ name, option }) => [name, option?.neutral]));

/** The value of an option that is omitted beside these, of a model with these defaults; undefined if it has none. */
export function defaultOf(
  name: NumberOption | WordOption,
  sampling: Sampling,
  drawDefaults: ChainFlags,
): number | string | undefined {
  const { dialect, greedy, mirostatTau, mirostatEta } = sampling;
  const own = OWN[name];
  if (name === "penaltyScope") return DIALECT_SPECS[dialect].scope;
  if (name === "mirostatTau" && mirostatEta !== undefined) return 5;
  if (own !== "neutral") return own;
  const chooser = { greedy, mirostatTau, mirostatEta };
  const defaults: Partial<Record<string, unknown>> = {
    ...defaultsFor(dialect, chooser),
    ...defaultsBeside(drawDefaults, chooser),
  };
  return (defaults[name] as number | undefined) ?? neutralOf(name, dialect);
}

/** The lecture's penalties are factors, the others' differences. */
function neutralOf(name: NumberOption | WordOption, dialect: Sampling["dialect"]): number | undefined {
  if (name === "frequencyPenalty" || name === "presencePenalty") return dialect === "lecture" ? 1 : 0;
  return NEUTRAL.get(name);
}
