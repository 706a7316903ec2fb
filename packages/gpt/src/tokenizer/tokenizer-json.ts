/**
 * tokenizer.json, the format of Python's tokenizers, for a byte-level BPE like GPT-2's. Every key that changes ids or
 * texts is honored, or refused by name; those that tokenizers ignores are ignored. `truncation` and `padding` are batch
 * settings, which transformers disables unless a call asks for them, so they have no effect here.
 */
import { z } from "zod";
import { parseStrictJson } from "../checkpoint/strict-json.ts";
import { quote } from "../errors.ts";
import type { AddedToken } from "./added-tokens.ts";
import type { BytePairOptions } from "./byte-pairs.ts";
import { check, parseJson } from "./parse-json.ts";
import { byteLevel, type Pipeline, parsePipeline, partsOf } from "./pipeline.ts";
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

const flag = z.boolean({ error: "true or false" });
const string = z.string({ error: "a string" });
const array = { error: "an array" };
const object = { error: "an object" };
const id = z.int({ error: "a whole number" }).nonnegative({ error: "0 or more" });

const addedToken = z.object(
  { id, content: string, single_word: flag, lstrip: flag, rstrip: flag, normalized: flag, special: flag },
  object,
);
const dropout = z.literal([null, 0], {
  error: "null or 0: dropout, which gives other ids each time, is not supported",
});
const model = z.looseObject(
  {
    type: z.literal("BPE", { error: '"BPE"' }).optional(),
    dropout: dropout.optional(),
    vocab: z.unknown().optional(),
    merges: z.array(z.unknown(), array),
  },
  object,
);
const direction = z.enum(["Left", "Right"], { error: '"Left" or "Right"' });
const strategies = ["LongestFirst", "OnlyFirst", "OnlySecond"];
const truncation = z.object(
  {
    direction: direction.optional(),
    max_length: id,
    strategy: z.enum(strategies, { error: strategies.join(" or ") }),
    stride: id,
  },
  { error: "an object or null" },
);
const padding = z.object(
  {
    strategy: z.union([z.literal("BatchLongest"), z.object({ Fixed: id })], {
      error: '"BatchLongest" or an object with Fixed',
    }),
    direction,
    pad_to_multiple_of: id.nullish(),
    pad_id: id,
    pad_type_id: id,
    pad_token: string,
  },
  { error: "an object or null" },
);
const schema = z.strictObject(
  {
    version: z.literal("1.0", { error: '"1.0"' }).optional(),
    truncation: truncation.nullish(),
    padding: padding.nullish(),
    added_tokens: z.array(addedToken, array).default([]),
    normalizer: z.unknown().optional(),
    pre_tokenizer: z.unknown().optional(),
    post_processor: z.unknown().optional(),
    decoder: z.unknown().optional(),
    model,
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `without the key ${quote(issue["keys"]?.[0])}` : "an object",
  },
);

/** Keys of the model that apply only with the file's own pipeline: transformers' GPT2Tokenizer overrides them. */
const modelOptions = z.object({
  unk_token: string.nullish(),
  continuing_subword_prefix: z.literal(["", null], { error: '"" or null: a prefix is not supported' }).optional(),
  end_of_word_suffix: z.literal(["", null], { error: '"" or null: a suffix is not supported' }).optional(),
  fuse_unk: flag.nullish(),
  byte_fallback: z.literal([false, null], { error: "false or null: bytes as <0x00> are not supported" }).optional(),
  ignore_merges: flag.optional(),
});

const kinds = '"ByteLevel" or "TemplateProcessing", the only kinds supported';
const textAlone = "the text alone: a template that adds tokens is not supported";
const postProcessor = z.discriminatedUnion(
  "type",
  [
    byteLevel,
    z.looseObject({
      type: z.literal("TemplateProcessing"),
      single: z.tuple([z.object({ Sequence: z.looseObject({ id: z.literal("A") }) })], { error: textAlone }),
    }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? kinds : "an object with a type") },
);

/** Numbers that tokenizers accepts only as digits; dropout and unknown keys may have a fraction. */
const WHOLE = ["id", "ids", "type_id", "max_length", "stride", "Fixed", "pad_to_multiple_of", "pad_id", "pad_type_id"];
const isWhole = (path: readonly string[]): boolean => path[1] === "vocab" || WHOLE.includes(path.at(-1) ?? "");

/** Parses a tokenizer.json. @throws TokenizerError naming the file, and the invalid or unsupported key */
export function parseTokenizerJson(text: string, file: string): TokenizerJson {
  const subject = `${file}: is not a byte-level BPE tokenizer as GPT-2's`;
  const json = check(subject, parseJson(file, text, JSON.parse), schema);
  // checked last, so that an unsupported key is named first
  parseJson(file, text, (json) => parseStrictJson(json, { isWhole }));
  for (const part of partsOf(json.post_processor, "processors"))
    check(subject, part, postProcessor, ["post_processor"]);
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
