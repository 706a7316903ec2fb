/** The chain of the sampling options. */
import type { Model } from "@tsgpt/gpt";
import { type ChainSpec, optionsOfFlags, presetChain } from "@tsgpt/sampling";
import type { Sampling } from "../protocol/text.ts";

/** @throws SamplingError for options that contradict each other, or a value out of range */
export function chainOf(_model: Model, { dialect, greedy, ...flags }: Sampling): ChainSpec {
  return presetChain(dialect, { ...optionsOfFlags(flags), greedy });
}
