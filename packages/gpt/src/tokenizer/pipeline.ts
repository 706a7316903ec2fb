/**
 * What is done to a text before and after byte-pair encoding, as configured by tokenizer.json: normalizer,
 * pre_tokenizer, decoder. Only what a byte-level BPE needs is supported; anything else is refused by name.
 */
import { object, oneOf } from "../config/schema.ts";
import { byteLevel, TYPED } from "./byte-level.ts";
import { check, mustBe } from "./parse-json.ts";

export interface Pipeline {
  readonly normalize: (text: string) => string;
  /** Adds a space before the text, and after an added token, unless there is one. */
  readonly addPrefixSpace: boolean;
  /** Splits words by GPT-2's pattern; otherwise the text is one word. */
  readonly useRegex: boolean;
  /** Tokens represent bytes; otherwise a text is the vocabulary's tokens joined with spaces. */
  readonly decodesBytes: boolean;
}

/** GPT-2's own. */
export const GPT2_PIPELINE: Pipeline = {
  normalize: (text) => text,
  addPrefixSpace: false,
  useRegex: true,
  decodesBytes: true,
};

/** The keys of a tokenizer.json that are read here. */
export interface PipelineKeys {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly decoder?: unknown;
}

const nfc = object({ type: oneOf(["NFC"], '"NFC", the only kind supported') }, TYPED);

/** The pipeline of these keys. @throws TokenizerError that begins with `subject` */
export function parsePipeline(keys: PipelineKeys, subject: string): Pipeline {
  const normalizers = partsOf(keys.normalizer, "normalizers");
  for (const part of normalizers) check(subject, part, nfc, ["normalizer"]);
  const [first, more] = partsOf(keys.pre_tokenizer, "pretokenizers");
  if (first === undefined || more !== undefined)
    throw mustBe(subject, ["pre_tokenizer"], 'one pre-tokenizer of type "ByteLevel"', keys.pre_tokenizer ?? null);
  const { add_prefix_space, use_regex } = check(subject, first, byteLevel, ["pre_tokenizer"]);
  return {
    // Composition uses the host's Unicode version: no single character differs from tokenizers'.
    normalize: normalizers.length === 0 ? GPT2_PIPELINE.normalize : (text) => text.normalize("NFC"),
    addPrefixSpace: add_prefix_space,
    useRegex: use_regex,
    decodesBytes: decodesBytes(keys.decoder, subject),
  };
}

function decodesBytes(decoder: unknown, subject: string): boolean {
  if (decoder === undefined || decoder === null) return false;
  const [first, more] = partsOf(decoder, "decoders");
  if (more !== undefined) throw mustBe(subject, ["decoder"], 'one decoder of type "ByteLevel", or null', decoder);
  check(subject, first, byteLevel, ["decoder"]);
  return true;
}

/** The parts of a Sequence; anything else is one part, and null none. */
export function partsOf(value: unknown, list: string): unknown[] {
  if (value === null || value === undefined) return [];
  const { type, [list]: parts } = value as Record<string, unknown>;
  return type === "Sequence" && Array.isArray(parts) ? parts.flatMap((part) => partsOf(part ?? false, list)) : [value];
}
