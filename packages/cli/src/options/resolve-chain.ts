/** Resolves a chain for a model and a prompt: texts become token ids, and the last position is known. */
import { eosTokenIds, type GPT2Config, type Model, type Tokenizer } from "@tsgpt/gpt";
import type { ChainOptions, ChainSpec, MinLengthOption, TextFlag } from "@tsgpt/sampling";
import { type CliError, usageError } from "../cli-error.ts";
import { defaultBreakers, tokensWith } from "../library/dry-breakers.ts";
import { type ChainFlags, chainOf, flagName } from "./chain-flags.ts";
import { ID_LIST, tokenIds } from "./values.ts";

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
export type Spelling = Pick<Model, "name" | "tokenizer">;

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
  const texts = optionsOfTexts(flags, model, config.vocabSize);
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

/** The options that a flag's texts, or its default texts, become. Without a spelling they must be token ids. */
type TextResolver = (flags: ChainFlags, spelling: Spelling | undefined, vocabSize: number) => ChainOptions;

/** How the texts of each flag become options. */
export type TextResolvers = { readonly [F in TextFlag]: TextResolver };

const TEXTS: TextResolvers = {
  banned: ({ banned: words }, spelling, vocabSize) => {
    const banned = words?.flatMap((word) => sequencesOf(word, spelling));
    checkRange("banned", banned?.flat(), vocabSize);
    return { banned };
  },
  dryBreaker: ({ dryBreaker, dryMultiplier }, spelling, vocabSize) => {
    const dryBreakers = dryMultiplier ? breakersOf(dryBreaker, spelling, vocabSize) : undefined;
    checkRange("dryBreaker", dryBreakers, vocabSize);
    return { dryBreakers };
  },
};

/**
 * The options of all flags that take texts, given or default.
 * @throws CliError for a text that needs a tokenizer, or an id outside the vocabulary
 */
export function optionsOfTexts(flags: ChainFlags, spelling: Spelling | undefined, vocabSize: number): ChainOptions {
  let options: ChainOptions = {};
  for (const resolve of Object.values(TEXTS)) options = { ...options, ...resolve(flags, spelling, vocabSize) };
  return options;
}

function checkRange(flag: TextFlag, ids: readonly number[] | undefined, vocabSize: number): void {
  const wrong = ids?.find((id) => id >= vocabSize);
  if (wrong !== undefined) throw outOfRange(flagName(flag), wrong, vocabSize);
}

/** `1,2,3` is ids; anything else a text, with and without a space before it, which have different tokens. */
function sequencesOf(word: string, spelling: Spelling | undefined): number[][] {
  if (ID_LIST.test(word)) return [tokenIds(word)];
  const text = quoted(word);
  const tokenizer = tokenizerOf(spelling, "--banned", word);
  const spellings = text.startsWith(" ") ? [text] : [text, ` ${text}`];
  return spellings.map((spelling) => tokenizer.encode(spelling));
}

/** The text within quotes, as in `"12"`, so that digits can be a text too. */
function quoted(word: string): string {
  if (!/^".*"$/s.test(word)) return word;
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

/** The ids of all tokens that contain a breaker; `none` alone disables breakers. */
function breakersOf(words: readonly string[] | undefined, spelling: Spelling | undefined, vocabSize: number): number[] {
  if (words === undefined) return defaultBreakers(spelling?.tokenizer, vocabSize);
  if (words.length === 1 && words[0] === "none") return [];
  const ids = new Set(words.filter((word) => ID_LIST.test(word)).flatMap(tokenIds));
  const typed = words.filter((word) => !ID_LIST.test(word));
  const texts = typed.map(quoted);
  if (typed[0] !== undefined) {
    const tokenizer = tokenizerOf(spelling, "--dry-breaker", typed[0]);
    for (const id of tokensWith(texts, tokenizer, vocabSize)) ids.add(id);
  }
  return [...ids];
}

function tokenizerOf(spelling: Spelling | undefined, option: string, word: string): Tokenizer {
  if (spelling?.tokenizer) return spelling.tokenizer;
  if (!spelling) {
    throw usageError(
      `${option} ${JSON.stringify(word)}: with --logits give token ids, 1,2,3; a text needs --prompt or --model`,
    );
  }
  throw usageError(`model ${JSON.stringify(spelling.name)} has no tokenizer: ${option} takes token ids here, 1,2,3`);
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

/** Options that name tokens. */
type Named = Pick<ResolvedFlags, "forcedFirst" | "forcedLast" | "allowed" | "logitBias">;

/** Checks ids that the chain itself checks late or never. @throws CliError that names the option */
export function checkIds({ forcedFirst, forcedLast, allowed = [], logitBias = {} }: Named, vocabSize: number): void {
  const named: (readonly [string, number | undefined])[] = [
    ["--forced-first", forcedFirst],
    ["--forced-last", forcedLast],
    ...allowed.map((id) => ["--allowed", id] as const),
    ...Object.keys(logitBias).map((id) => ["--logit-bias", Number(id)] as const),
  ];
  for (const [option, id] of named) {
    if (id !== undefined && id >= vocabSize) throw outOfRange(option, id, vocabSize);
  }
}

function outOfRange(option: string, id: number, vocabSize: number): CliError {
  return usageError(`${option}: token id ${id} is out of range; ids go from 0 to ${vocabSize - 1}`);
}

/** If only one token remains, the first is also the last. */
function checkForced({ forcedFirst, forcedLast }: ResolvedFlags): void {
  if (forcedFirst === undefined || forcedLast === undefined || forcedFirst === forcedLast) return;
  throw usageError(
    `only one token remains, which cannot be both --forced-first ${forcedFirst} and --forced-last ${forcedLast}`,
  );
}
