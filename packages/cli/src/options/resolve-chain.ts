/** Resolves a chain for a model and a prompt: texts become token ids, and the last position is known. */
import { eosTokenIds, type GPT2Config, type Model, type Tokenizer } from "@tsgpt/gpt";
import type { ChainSpec, MinLengthOption } from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";
import { tokenText } from "../terminal/token-text.ts";
import { type ChainFlags, chainOf, type ResolvedOptions } from "./chain-flags.ts";
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

/** Those of llama.cpp: a repetition ends at a line break, a colon, a quotation mark or an asterisk. */
const DRY_BREAKERS = ["\n", ":", '"', "*"];

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
  const words = wordIds(flags, model, config.vocabSize);
  const banned = [...(words.banned ?? []), ...(flags.bannedIds ?? [])];
  const typed = flags.minTokens ? [{ length: flags.minTokens, eos: eosOf(model) }] : [];
  const resolved: ResolvedOptions = {
    banned: banned.length > 0 ? banned : undefined,
    dryBreakers: words.dryBreakers,
    minLength: [...typed, ...(flags.minLengths ?? [])],
    forcedLast: forcedLastOf(flags, remainingTokens),
  };
  checkIds({ ...flags, banned, dryBreakers: resolved.dryBreakers }, config.vocabSize);
  if (remainingTokens === 1) checkForced(flags);
  return chainOf(flags, resolved, options);
}

function forcedLastOf({ forcedLast }: ResolvedFlags, remainingTokens: number): ResolvedOptions["forcedLast"] {
  if (forcedLast === undefined || remainingTokens < 1) return undefined;
  return { id: forcedLast, at: remainingTokens - 1 };
}

/** The ids of --banned and --dry-breaker, given or default. @throws CliError for a text that needs a tokenizer */
export function wordIds({ banned, dryBreaker, dryMultiplier }: ChainFlags, spelling: Spelling, vocabSize: number) {
  return {
    banned: banned?.flatMap((word) => sequencesOf(word, spelling)),
    dryBreakers: dryMultiplier ? breakersOf(dryBreaker, spelling, vocabSize) : undefined,
  };
}

/** `1,2,3` is ids; anything else a text, with and without a space before it, which have different tokens. */
function sequencesOf(word: string, spelling: Spelling): number[][] {
  if (ID_LIST.test(word)) return [tokenIds(word)];
  const text = quoted(word);
  const tokenizer = tokenizerOf(spelling, "--banned");
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
function breakersOf(given: readonly string[] | undefined, spelling: Spelling, vocabSize: number): number[] {
  const words = given ?? (spelling.tokenizer ? DRY_BREAKERS : ["none"]);
  if (words.length === 1 && words[0] === "none") return [];
  const ids = new Set(words.filter((word) => ID_LIST.test(word)).flatMap(tokenIds));
  const texts = words.filter((word) => !ID_LIST.test(word)).map(quoted);
  if (texts.length > 0) {
    const tokenizer = tokenizerOf(spelling, "--dry-breaker");
    for (let id = 0; id < vocabSize; id++) {
      const token = tokenText(tokenizer, id);
      if (texts.some((text) => token?.includes(text))) ids.add(id);
    }
  }
  return [...ids];
}

function tokenizerOf({ tokenizer, name }: Spelling, option: string): Tokenizer {
  if (tokenizer) return tokenizer;
  throw usageError(`model ${JSON.stringify(name)} has no tokenizer: ${option} takes token ids here, 1,2,3`);
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
type Named = Pick<ResolvedFlags, "forcedFirst" | "forcedLast" | "allowed" | "logitBias"> &
  Pick<ResolvedOptions, "banned" | "dryBreakers">;

/** Checks ids that the chain itself checks late or never. @throws CliError that names the option */
export function checkIds(
  { forcedFirst, forcedLast, allowed = [], logitBias = {}, banned = [], dryBreakers = [] }: Named,
  vocabSize: number,
): void {
  const named: (readonly [string, number | undefined])[] = [
    ["--forced-first", forcedFirst],
    ["--forced-last", forcedLast],
    ...banned.flat().map((id) => ["--banned", id] as const),
    ...dryBreakers.map((id) => ["--dry-breaker", id] as const),
    ...allowed.map((id) => ["--allowed", id] as const),
    ...Object.keys(logitBias).map((id) => ["--logit-bias", Number(id)] as const),
  ];
  const wrong = named.find(([, id]) => id !== undefined && id >= vocabSize);
  if (!wrong) return;
  throw usageError(`${wrong[0]}: token id ${wrong[1]} is out of range; ids go from 0 to ${vocabSize - 1}`);
}

/** If only one token remains, the first is also the last. */
function checkForced({ forcedFirst, forcedLast }: ResolvedFlags): void {
  if (forcedFirst === undefined || forcedLast === undefined || forcedFirst === forcedLast) return;
  throw usageError(
    `only one token remains, which cannot be both --forced-first ${forcedFirst} and --forced-last ${forcedLast}`,
  );
}
