/** The chain of the sampling options. */
import type { Model } from "@tsgpt/gpt";
import { type ChainSpec, chainOfFlags } from "@tsgpt/sampling";
import type { Sampling } from "../protocol/text.ts";

/**
 * The chain that the command line makes of these options.
 * @throws RangeError or SamplingError for a wrong option, as `chainOfFlags`
 */
export function chainOf({ tokenizer, config }: Model, { dialect, ...flags }: Sampling): ChainSpec {
  return chainOfFlags(dialect, flags, tokenizer, config.vocabSize);
}
