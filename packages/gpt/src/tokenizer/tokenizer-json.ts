/**
 * tokenizer.json, the format of Python's tokenizers, for a byte-level BPE like GPT-2's. Every key that changes ids or
 * texts is honored, or refused by name; those that tokenizers ignores are ignored. `truncation` and `padding` are batch
 * settings, which transformers disables unless a call asks for them, so they have no effect here.
 */
import { parseStrictJson } from "../checkpoint/strict-json.ts";
import { isTokenId } from "../config/config.ts";
import { parseJsonText } from "../config/json-text.ts";
import {
  array,
  boolean,
  custom,
  isObject,
  looseObject,
  nullish,
  object,
  oneOf,
  optional,
  string,
  unknown,
  wholeNumber,
} from "../config/schema.ts";
import { quote } from "../errors.ts";
import type { AddedToken } from "./added-tokens.ts";
import { byteLevel, TYPED } from "./byte-level.ts";
import type { BytePairOptions } from "./byte-pairs.ts";
import { check, mustBe, parseJson } from "./parse-json.ts";
import { type Pipeline, parsePipeline, partsOf } from "./pipeline.ts";
import { type Merge, parseMerges, parseVocab } from "./vocabulary.ts";

export interface TokenizerJson {
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly Merge[];
  readonly addedTokens: readonly (AddedToken & { readonly id: number })[];
  /** The padding token, which transformers makes special. */
  readonly padToken: string | undefined;
  /** The model and pipeline of the file. @throws TokenizerError naming an unsupported key */
  readonly own: () => { readonly options: BytePairOptions; readonly pipeline: Pipeline };
}

const flag = boolean("true or false");
const token = string("a string");
const id = wholeNumber("a whole number, 0 or more");

const addedToken = object(
  { id, content: token, single_word: flag, lstrip: flag, rstrip: flag, normalized: flag, special: flag },
  "an object",
);
const dropout = oneOf([0], "null or 0: dropout, which gives other ids each time, is not supported");
const model = looseObject(
  {
    type: optional(oneOf(["BPE"], '"BPE"')),
    dropout: nullish(dropout),
    vocab: optional(unknown),
    merges: custom<unknown[]>(Array.isArray, "an array"),
  },
  "an object",
);
const direction = oneOf(["Left", "Right"], '"Left" or "Right"');
const strategies = ["LongestFirst", "OnlyFirst", "OnlySecond"];
const truncation = object(
  {
    direction: optional(direction),
    max_length: id,
    strategy: oneOf(strategies, strategies.join(" or ")),
    stride: id,
  },
  "an object or null",
);
const STRATEGY = '"BatchLongest" or an object with Fixed';

function isStrategy(value: unknown): boolean {
  return value === "BatchLongest" || (isObject(value) && isTokenId(value["Fixed"]));
}

const padding = object(
  {
    strategy: custom(isStrategy, STRATEGY),
    direction,
    pad_to_multiple_of: nullish(id),
    pad_id: id,
    pad_type_id: id,
    pad_token: token,
  },
  "an object or null",
);
const ENTRIES = {
  version: optional(oneOf(["1.0"], '"1.0"')),
  truncation: nullish(truncation),
  padding: nullish(padding),
  added_tokens: optional(array(addedToken, "an array"), []),
  normalizer: optional(unknown),
  pre_tokenizer: optional(unknown),
  post_processor: optional(unknown),
  decoder: optional(unknown),
  model,
};
const schema = object(ENTRIES, "an object");

/** Keys of the model that apply only with the file's own pipeline: transformers' GPT2Tokenizer overrides them. */
const modelOptions = object(
  {
    unk_token: nullish(token),
    continuing_subword_prefix: nullish(oneOf([""], '"" or null: a prefix is not supported')),
    end_of_word_suffix: nullish(oneOf([""], '"" or null: a suffix is not supported')),
    fuse_unk: nullish(flag),
    byte_fallback: nullish(oneOf([false], "false or null: bytes as <0x00> are not supported")),
    ignore_merges: optional(flag),
  },
  "an object",
);

const TEMPLATE = "TemplateProcessing";
const kinds = oneOf(["ByteLevel", TEMPLATE], `"ByteLevel" or "${TEMPLATE}", the only kinds supported`);
const template = object(
  { single: custom(isTextAlone, "the text alone: a template that adds tokens is not supported") },
  TYPED,
);

function isTextAlone(value: unknown): boolean {
  const [part, ...more] = Array.isArray(value) ? value : [];
  const { Sequence } = isObject(part) ? part : {};
  return more.length === 0 && isObject(Sequence) && Sequence["id"] === "A";
}

/** Numbers that tokenizers accepts only as digits; dropout and unknown keys may have a fraction. */
const WHOLE = ["id", "ids", "type_id", "max_length", "stride", "Fixed", "pad_to_multiple_of", "pad_id", "pad_type_id"];
const isWhole = (path: readonly string[]): boolean => path[1] === "vocab" || WHOLE.includes(path.at(-1) ?? "");

/** Parses a tokenizer.json. @throws TokenizerError naming the file, and the invalid or unsupported key */
export function parseTokenizerJson(text: string, file: string): TokenizerJson {
  const subject = `${file}: is not a byte-level BPE tokenizer as GPT-2's`;
  const value = parseJson(file, text, parseJsonText);
  const json = check(subject, value, schema);
  const other = Object.keys(value as object).find((key) => !Object.hasOwn(ENTRIES, key));
  if (other !== undefined) throw mustBe(subject, [], `without the key ${quote(other)}`, value);
  // checked last, so that an unsupported key is named first
  parseJson(file, text, (json) => parseStrictJson(json, { parse: () => value, isWhole }));
  for (const part of partsOf(json.post_processor, "processors")) checkPostProcessor(part, subject);
  const vocab = parseVocab(json.model.vocab, subject, ["model", "vocab"]);
  return {
    vocab,
    merges: parseMerges(json.model.merges, vocab, subject),
    addedTokens: json.added_tokens,
    padToken: json.padding?.pad_token,
    own: () => {
      const { unk_token, fuse_unk, ignore_merges } = check(subject, json.model, modelOptions, ["model"]);
      const options = {
        unkToken: unk_token ?? undefined,
        fuseUnk: fuse_unk ?? false,
        ignoreMerges: ignore_merges ?? false,
      };
      return { options, pipeline: parsePipeline(json, subject) };
    },
  };
}

function checkPostProcessor(part: unknown, subject: string): void {
  const path = ["post_processor"];
  const { type } = check(subject, part, object({ type: kinds }, TYPED), path);
  if (type === TEMPLATE) check(subject, part, template, path);
  else check(subject, part, byteLevel, path);
}
