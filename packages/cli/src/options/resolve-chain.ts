/** Resolves a chain for a model and a prompt: texts become token ids, and the last position is known. */
import { eosTokenIds, type GPT2Config, type Model } from "@tsgpt/gpt";
import {
  type ChainOptions,
  type ChainSpec,
  checkFlagIds,
  type MinLengthOption,
  optionsOfTexts,
  SamplingError,
} from "@tsgpt/sampling";
import { type CliError, usageError } from "../cli-error.ts";
import { type ChainFlags, chainOf, flagName } from "./chain-flags.ts";

export interface ResolvedFlags extends ChainFlags {
  readonly maxTokens: number;
  readonly minTokens?: number;
  readonly forcedLast?: number;
  /**
   * Constraints of the model's generation config: banned sequences of token ids, and minimum lengths.
   */
  readonly bannedIds?: readonly (readonly number[])[];
  readonly minLengths?: readonly MinLengthOption[];
}

/** The tokenizer that turns texts into token ids, and the model's name for messages. */
export type NamedTokenizer = Pick<Model, "name" | "tokenizer">;

/**
 * The chain that continues a prompt of `promptLength` tokens.
 * @throws CliError for a text that needs a tokenizer, or an id outside the vocabulary
 */
export function resolveChain(
  flags: ResolvedFlags,
  model: Model,
  promptLength: number,
  options: { readonly defaults: boolean },
): ChainSpec {
  const { config } = model;
  const remainingTokens = Math.min(flags.maxTokens, config.nPositions - promptLength);
  const texts = textOptions(flags, model, config.vocabSize);
  const banned = [...(texts.banned ?? []), ...(flags.bannedIds ?? [])];
  const typed = flags.minTokens ? [{ length: flags.minTokens, eos: eosOf(model) }] : [];
  const resolved: ChainOptions = {
    ...texts,
    banned: banned.length > 0 ? banned : undefined,
    minLength: [...typed, ...(flags.minLengths ?? [])],
    forcedLast: forcedLastOf(flags, remainingTokens),
  };
  checkIds(flags, config.vocabSize);
  if (remainingTokens === 1) checkForced(flags);
  return chainOf(flags, resolved, options);
}

function forcedLastOf({ forcedLast }: ResolvedFlags, remainingTokens: number): ChainOptions["forcedLast"] {
  if (forcedLast === undefined || remainingTokens < 1) return undefined;
  return { id: forcedLast, at: remainingTokens - 1 };
}

/**
 * The options of all flags that take texts, given or default.
 * @throws CliError for a text that needs a tokenizer, or an id outside the vocabulary
 */
export function textOptions(flags: ChainFlags, named: NamedTokenizer | undefined, vocabSize: number): ChainOptions {
  try {
    return optionsOfTexts(flags, named?.tokenizer, vocabSize);
  } catch (error) {
    if (!(error instanceof SamplingError)) throw error;
    const [, name = "", word = ""] = /^(\w+) (.*): a text needs a tokenizer;/s.exec(error.message) ?? [];
    throw name === "" ? inFlag(error) : usageError(withoutTokenizer(flagName(name), word, named));
  }
}

function withoutTokenizer(option: string, word: string, named: NamedTokenizer | undefined): string {
  return named
    ? `model ${JSON.stringify(named.name)} has no tokenizer: ${option} takes token ids here, 1,2,3`
    : `${option} ${word}: with --logits give token ids, 1,2,3; a text needs --prompt or --model`;
}

/** The usage error of a SamplingError that begins with the name of a flag. */
function inFlag({ message }: SamplingError): CliError {
  return usageError(message.replace(/^\w+/, flagName));
}

function eosOf({ config, name }: Model): MinLengthOption["eos"] {
  const ends = endsOf(config);
  if (ends !== undefined) return ends;
  throw usageError(`--min-tokens: model ${JSON.stringify(name)} has no end-of-text token to hold back`);
}

/** The end-of-text tokens within the vocabulary, a single one as a number; undefined if there are none. */
export function endsOf(config: GPT2Config): MinLengthOption["eos"] | undefined {
  const ids = eosTokenIds(config).filter((id) => id < config.vocabSize);
  return ids.length === 0 ? undefined : ids.length === 1 ? ids[0] : ids;
}

/** Checks ids that the chain itself checks late or never. @throws CliError that names the option */
export function checkIds(flags: ChainFlags & Pick<ResolvedFlags, "forcedLast">, vocabSize: number): void {
  try {
    checkFlagIds(flags, vocabSize);
  } catch (error) {
    throw inFlag(error as SamplingError);
  }
}

/** If only one token remains, the first is also the last. */
function checkForced({ forcedFirst, forcedLast }: ResolvedFlags): void {
  if (forcedFirst === undefined || forcedLast === undefined || forcedFirst === forcedLast) return;
  throw usageError(
    `only one token remains, which cannot be both --forced-first ${forcedFirst} and --forced-last ${forcedLast}`,
  );
}
