/** The usual values of the options that are numbers, as far as a slider goes; their fields take all that are valid. */
import type { Dialect } from "@tsgpt/sampling";
import type { NumberOption } from "../../state/option-defaults.ts";

export interface Slider {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const share: Slider = { from: 0, to: 1, step: 0.01 };
const shareAbove0: Slider = { from: 0.01, to: 1, step: 0.01 };
const small: Slider = { from: 0, to: 0.1, step: 0.001 };

/** Undefined: any number is as good as another. */
const SLIDERS: { readonly [Name in NumberOption]: Slider | undefined } = {
  temperature: { from: 0.05, to: 2, step: 0.05 },
  topK: { from: 0, to: 200, step: 1 },
  topP: shareAbove0,
  minP: share,
  typical: shareAbove0,
  epsilon: small,
  eta: small,
  topNSigma: { from: 0, to: 5, step: 0.1 },
  xtcProbability: share,
  xtcThreshold: { from: 0, to: 0.5, step: 0.01 },
  mirostatTau: { from: 0, to: 10, step: 0.1 },
  mirostatEta: share,
  frequencyPenalty: { from: -2, to: 2, step: 0.05 },
  presencePenalty: { from: -2, to: 2, step: 0.05 },
  repetitionPenalty: { from: 1, to: 2, step: 0.05 },
  dryMultiplier: { from: 0, to: 5, step: 0.1 },
  dryBase: { from: 1, to: 4, step: 0.05 },
  dryAllowedLength: { from: 1, to: 20, step: 1 },
  noRepeatNgram: { from: 0, to: 10, step: 1 },
  forcedFirst: undefined,
  watermarkKey: undefined,
  watermarkGamma: { from: 0.05, to: 0.95, step: 0.05 },
  watermarkDelta: { from: 0, to: 10, step: 0.1 },
  watermarkWidth: { from: 1, to: 8, step: 1 },
};

/** The lecture's penalties are factors from 1. */
export function sliderOf(name: NumberOption, dialect: Dialect): Slider | undefined {
  const slider = SLIDERS[name];
  const isFactor = dialect === "lecture" && (name === "frequencyPenalty" || name === "presencePenalty");
  return slider && isFactor ? { ...slider, from: 1 } : slider;
}
