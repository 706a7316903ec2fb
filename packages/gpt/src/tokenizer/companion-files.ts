/** The companion files of a tokenizer: the class they name, and their tokens. */
import { boolean, custom, isObject, looseObject, nullish, object, oneOf, optional, string } from "../config/schema.ts";
import type { AddedToken } from "./added-tokens.ts";
import { check, mustBe, parseIds, parseJson } from "./parse-json.ts";
import { parseVocab } from "./vocabulary.ts";

export const CONFIG = "tokenizer_config.json";
export const SPECIAL = "special_tokens_map.json";
export const ADDED = "added_tokens.json";

/** Their texts, if they exist. */
export type CompanionFiles = Readonly<Partial<Record<typeof CONFIG | typeof SPECIAL | typeof ADDED, string>>>;

/** A token as a string, or as an object; `normalized` defaults to true unless it is special. */
export type Token = string | DescribedToken;
export type DescribedToken = Omit<AddedToken, "normalized"> & { readonly normalized?: boolean | undefined };

/** The value of a key such as `pad_token` or `extra_special_tokens`. */
export type TokenKeys = ReadonlyMap<string, Token | null | readonly Token[] | ReadonlyMap<string, Token>>;

export interface Companions {
  /**
   * True for transformers' class GPT2Tokenizer, false for one that takes everything from tokenizer.json; undefined if
   * none is named.
   */
  readonly isGPT2Class: boolean | undefined;
  readonly addPrefixSpace: boolean | undefined;
  /** Special tokens that are written out count as text. */
  readonly splitSpecialTokens: boolean;
  readonly configTokens: TokenKeys;
  readonly mapTokens: TokenKeys;
  /** added_tokens_decoder of tokenizer_config.json, by id. */
  readonly decoder: ReadonlyMap<number, DescribedToken> | undefined;
  readonly addedIds: ReadonlyMap<string, number>;
}

export const NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
export const EXTRA = "extra_special_tokens";
export const OLD_EXTRA = "additional_special_tokens";
const GPT2_CLASSES = ["GPT2Tokenizer", "GPT2TokenizerFast"];
const FILE_CLASSES = ["PreTrainedTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend"];
const CLASSES = [...GPT2_CLASSES, ...FILE_CLASSES];
const DECODER = "an object from id to token";

function isEmptyArray(value: unknown): value is [] {
  return Array.isArray(value) && value.length === 0;
}

const flag = boolean("true or false");
const described = object(
  {
    content: string("a string"),
    single_word: optional(flag, false),
    lstrip: optional(flag, false),
    rstrip: optional(flag, false),
    normalized: optional(flag),
    special: optional(flag, false),
  },
  "an object with the token's content",
);
const unsupported = (why: string) => optional(custom<never>(() => false, `left out: ${why}`));
const noObject = unsupported("the file is an object of settings, not a token");
const config = looseObject(
  {
    tokenizer_class: nullish(oneOf(CLASSES, `${CLASSES.join(", ")}: no other is supported`)),
    add_prefix_space: optional(flag),
    split_special_tokens: optional(flag, false),
    added_tokens_decoder: optional(custom<Record<string, unknown>>(isObject, DECODER)),
    model_max_length: nullish(custom<number>((value) => typeof value === "number", "a number")),
    init_inputs: optional(custom(isEmptyArray, "empty: arguments of a class are not supported")),
    fast_tokenizer_files: optional(
      custom((value) => JSON.stringify(value) === '["tokenizer.json"]', '["tokenizer.json"]: no other is read'),
    ),
    __type: noObject,
    vocab: unsupported("the vocabulary is read from a file of its own"),
    merges: unsupported("merges are read from a file of their own"),
    post_processor: unsupported("it is read from tokenizer.json"),
  },
  "an object",
);
/** transformers also reads config keys from this file; only tokens belong here. */
const settings =
  "add_prefix_space split_special_tokens add_bos_token add_eos_token added_tokens_decoder model_max_length";
const mapSchema = looseObject(
  {
    __type: noObject,
    ...Object.fromEntries(
      `${settings} init_inputs vocab merges post_processor`
        .split(" ")
        .map((key) => [key, unsupported(`it belongs in ${CONFIG}`)]),
    ),
  },
  "an object",
);
const noToken = nullish(oneOf([false], "false: a token added to every text is not supported"));
const withoutTemplate = object({ add_bos_token: noToken, add_eos_token: noToken }, "an object");

/** Parses them. @throws TokenizerError naming the file and the problem */
export function parseCompanions(files: CompanionFiles, hasTokenizerJson: boolean): Companions {
  const value = parseJson(CONFIG, files[CONFIG] ?? "{}");
  const found = check(CONFIG, value, config);
  // next to a tokenizer.json, transformers ignores these keys
  if (!hasTokenizerJson) check(CONFIG, value, withoutTemplate);
  const decoder = found.added_tokens_decoder && parseDecoder(found.added_tokens_decoder);
  const older = decoder ? {} : files; // the two older files apply only if the config lists no added tokens
  const map = check(SPECIAL, parseJson(SPECIAL, older[SPECIAL] ?? "{}"), mapSchema);
  return {
    isGPT2Class: found.tokenizer_class ? GPT2_CLASSES.includes(found.tokenizer_class) : undefined,
    addPrefixSpace: found.add_prefix_space,
    splitSpecialTokens: found.split_special_tokens,
    configTokens: tokenKeys(CONFIG, found),
    mapTokens: tokenKeys(SPECIAL, map),
    decoder,
    addedIds: parseVocab(parseIds(ADDED, older[ADDED] ?? "{}"), ADDED, []),
  };
}

function parseDecoder(value: Readonly<Record<string, unknown>>): ReadonlyMap<number, DescribedToken> {
  const path = ["added_tokens_decoder"];
  const tokens = Object.entries(value).map(([id, token]): [number, DescribedToken] => {
    if (!/^\d+$/.test(id)) throw mustBe(CONFIG, path, DECODER, value);
    return [Number(id), check(CONFIG, token, described, [...path, id])];
  });
  return new Map(tokens);
}

/** The keys of a file that name tokens. */
function tokenKeys(file: typeof CONFIG | typeof SPECIAL, value: Readonly<Record<string, unknown>>): TokenKeys {
  const keys = new Map<string, Token | null | Token[] | Map<string, Token>>();
  for (const [name, found] of Object.entries(value)) {
    if (name === "add_bos_token" || name === "add_eos_token") continue; // settings
    if (name === EXTRA || name === OLD_EXTRA) keys.set(name, readTokens(file, name, found));
    else if (found === null && NAMES.includes(name)) keys.set(name, null);
    else if (NAMES.includes(name) || (name.endsWith("_token") && isToken(file, found)))
      keys.set(name, readToken(file, found, [name]));
  }
  return keys;
}

/** special_tokens_map.json accepts any object as a token, tokenizer_config.json only a marked one. */
const isToken = (file: string, value: unknown): boolean =>
  typeof value === "string" || (isObject(value) && (file === SPECIAL || value["__type"] === "AddedToken"));

function readToken(file: string, value: unknown, path: readonly string[]): Token {
  if (typeof value === "string") return value;
  const mark = file === SPECIAL ? "" : ' and "__type": "AddedToken"';
  if (!isToken(file, value)) throw mustBe(file, path, `a token or an object with its content${mark}`, value);
  const token = check(file, value, described, path);
  return file === SPECIAL ? { ...token, special: true } : token;
}

function readTokens(file: string, name: string, value: unknown): null | Token[] | Map<string, Token> {
  const readAs = name === EXTRA ? file : CONFIG; // objects in an array are marked, except in this one
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((token, i) => readToken(readAs, token, [name, String(i)]));
  if (file === SPECIAL && name === OLD_EXTRA) throw mustBe(file, [name], "an array of tokens", value);
  if (!isObject(value)) throw mustBe(file, [name], "an array of tokens, or an object of them", value);
  return new Map(Object.entries(value).map(([key, token]) => [key, readToken(CONFIG, token, [name, key])]));
}
