/**
 * generation_config.json: the generation defaults of a model's authors. Follows transformers 5.18
 * (generation/configuration_utils.py): its end tokens replace those of config.json; the other values are the defaults
 * of the hf dialect. Stricter than transformers: a value of the wrong type is an error.
 */
import { checkKeys } from "./check-keys.ts";
import { asTokenIds, type GPT2Config, isTokenId, isTokenIds, parseConfig, TOKEN_IDS } from "./config.ts";
import { parseJsonObject } from "./json-object.ts";
import { boolean, custom, finiteNumber, nullish, object, type Schema, wholeNumber } from "./schema.ts";

/** The file's keys in camelCase; undefined if the file omits them or has null. */
export interface GenerationConfig {
  /** Its file: generation_config.json, or config.json, where older versions of transformers wrote it. */
  readonly file: string;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number | readonly number[];
  readonly doSample?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly typicalP?: number;
  readonly epsilonCutoff?: number;
  readonly etaCutoff?: number;
  readonly repetitionPenalty?: number;
  readonly noRepeatNgramSize?: number;
  readonly lengthPenalty?: number;
  readonly badWordsIds?: readonly (readonly number[])[];
  readonly suppressTokens?: readonly number[];
  readonly beginSuppressTokens?: readonly number[];
  readonly forcedBosTokenId?: number;
  readonly forcedEosTokenId?: number | readonly number[];
  readonly minLength?: number;
  readonly minNewTokens?: number;
  readonly maxLength?: number;
  readonly maxNewTokens?: number;
  /** Keys, as spelled in the file, that would change a text and that this package does not apply by itself. */
  readonly unapplied: Readonly<Record<string, unknown>>;
}

const number = nullish(finiteNumber("a finite number"));
const count = nullish(wholeNumber("a whole number, 0 or more"));
const length = nullish(wholeNumber("a whole number, 1 or more", 1));
const tokenId = nullish(custom<number>(isTokenId, "a token id (a whole number, 0 or more) or null"));
const tokenIds = nullish(custom<number | number[]>(isTokenIds, TOKEN_IDS));
const list = nullish(custom<number[]>((value) => isListOf(value, isTokenId), "a list of token ids or null"));
const sequences = nullish(
  custom<number[][]>(
    (value) => isListOf(value, (words) => isTokenIds(words) && Array.isArray(words)) && value.length > 0,
    "a list of lists of token ids, none of them empty, or null",
  ),
);

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isItem);
}

type SnakeCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : "";

/** The rule of every key. */
const RULES = {
  bos_token_id: tokenId,
  eos_token_id: tokenIds,
  do_sample: nullish(boolean("true, false or null")),
  temperature: number,
  top_k: count,
  top_p: number,
  min_p: number,
  typical_p: number,
  epsilon_cutoff: number,
  eta_cutoff: number,
  repetition_penalty: number,
  no_repeat_ngram_size: count,
  length_penalty: number,
  bad_words_ids: sequences,
  suppress_tokens: list,
  begin_suppress_tokens: list,
  forced_bos_token_id: tokenId,
  forced_eos_token_id: tokenIds,
  min_length: count,
  min_new_tokens: count,
  max_length: count,
  max_new_tokens: length,
} satisfies Readonly<Record<SnakeCase<Exclude<keyof GenerationConfig, "file" | "unapplied">>, Schema<unknown>>>;

const schema = object(RULES, "an object");

/** Other keys that change a text, with their neutral value. */
const UNAPPLIED: Readonly<Record<string, unknown>> = {
  num_beams: 1,
  num_beam_groups: 1,
  num_return_sequences: 1,
  early_stopping: false,
  penalty_alpha: 0,
  guidance_scale: 1,
  encoder_repetition_penalty: 1,
  encoder_no_repeat_ngram_size: 0,
  renormalize_logits: false,
  token_healing: false,
  top_h: null,
  stop_strings: null,
  max_time: null,
  sequence_bias: null,
  exponential_decay_length_penalty: null,
  watermarking_config: null,
  constraints: null,
  force_words_ids: null,
  dola_layers: null,
};

/** The generation config in `text`; `file` is its name in messages. @throws ConfigError if it is not valid */
export function parseGenerationConfig(text: string, file = "generation_config.json"): GenerationConfig {
  return generationConfigOf(parseJsonObject(text, file), file);
}

function generationConfigOf(raw: Readonly<Record<string, unknown>>, file: string): GenerationConfig {
  const found = checkKeys(schema, raw, file);
  const given = Object.entries(found).filter(([, value]) => value !== null && value !== undefined);
  const unapplied = Object.entries(UNAPPLIED).flatMap(([key, neutral]) => {
    const value = Object.hasOwn(raw, key) ? raw[key] : null;
    return value === null || value === neutral ? [] : [[key, value] as const];
  });
  const keys = Object.fromEntries(given.map(([key, value]) => [camelCase(key), value]));
  const eosTokenId = asTokenIds(found.eos_token_id);
  return { file, ...keys, ...(eosTokenId !== undefined && { eosTokenId }), unapplied: Object.fromEntries(unapplied) };
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A file's text and its name in messages. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/**
 * A model's config with the begin and end tokens of its generation config, and the latter. Without a
 * generation_config.json, the generation keys of config.json are used, as older versions of transformers wrote them.
 * @throws ConfigError for a file that is not valid, or an unsupported model
 */
export function parseConfigs(
  config: NamedText,
  generation?: NamedText,
): { config: GPT2Config; generation: GenerationConfig } {
  const own = parseConfig(config.text, config.name);
  if (!generation)
    return { config: own, generation: generationConfigOf(parseJsonObject(config.text, config.name), config.name) };
  const parsed = parseGenerationConfig(generation.text, generation.name);
  const { bosTokenId = own.bosTokenId, eosTokenId } = parsed;
  return { config: { ...own, bosTokenId, eosTokenId }, generation: parsed };
}
