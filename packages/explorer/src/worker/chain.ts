/** The chain of the sampling options. */
import type { Model } from "@tsgpt/gpt";
import { type ChainFlags, type ChainSpec, chainOfFlags } from "@tsgpt/sampling";
import { defaultsBeside } from "../model-defaults.ts";
import type { Sampling } from "../protocol/text.ts";

/** A model, and how it draws by default, instead of as the dialect has it. */
export interface DrawnModel extends Model {
  readonly drawDefaults?: ChainFlags;
}

/**
 * The chain that the command line makes of these options.
 * @throws RangeError or SamplingError for a wrong option, as `chainOfFlags`
 */
export function chainOf(model: DrawnModel, { dialect, ...flags }: Sampling): ChainSpec {
  const { tokenizer, config, drawDefaults = {} } = model;
  const filled = { ...defaultsBeside(drawDefaults, flags), ...flags };
  return chainOfFlags(dialect, filled, tokenizer, config.vocabSize);
}
