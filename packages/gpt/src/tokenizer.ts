/**
 * Text to token ids and back: GPT-2's byte-level BPE (Radford et al. 2019, section 2.2) from a tokenizer.json; from the older files
 * in tokenizer-files.ts. Encoding is @huggingface/tokenizers'; decoding goes by bytes, so that it can be done token by token.
 * Other kinds of tokenizer are refused.
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { byteOfCharacter, type StreamingDecoder, streamingDecoder } from "./streaming-decoder.ts";

export interface Tokenizer {
  /** Number of ids, special tokens included. */
  readonly vocabSize: number;
  /**
   * Ids of a text. Adds no special token; one written out, such as <|endoftext|>, becomes its id.
   * @throws RangeError for a byte that the vocabulary has no token for
   */
  encode(text: string): number[];
  /** Text of the ids; bytes that are no UTF-8 become U+FFFD. @throws RangeError for an unknown id */
  decode(ids: readonly number[]): string;
  /** One token's text; an incomplete character shows as U+FFFD. @throws RangeError for an unknown id */
  tokenText(id: number): string;
  /** A decoder for one stream of tokens. */
  streamingDecoder(): StreamingDecoder;
}

/** A tokenizer.json that is not one, or not of GPT-2's kind. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
}

const BYTE_LEVEL = z.object({ type: z.literal("ByteLevel") });

const schema = z.looseObject({
  model: z.looseObject({
    type: z.literal("BPE").optional(),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
  decoder: BYTE_LEVEL,
  pre_tokenizer: BYTE_LEVEL,
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

/** What we need of a tokenizer.json. */
export type TokenizerJson = z.infer<typeof schema>;

/** A tokenizer from the text of a tokenizer.json. @throws TokenizerError naming the file and what is wrong in it */
export function loadTokenizer(json: string, file = "tokenizer.json"): Tokenizer {
  return createTokenizer(parse(json, file), file);
}

/** A tokenizer from what a tokenizer.json holds; `file` is where it comes from, for messages. @throws TokenizerError */
export function createTokenizer(parsed: TokenizerJson, file: string): Tokenizer {
  const inner = build(parsed, file);
  const bytesOf = byteTable(parsed);
  const checkBytes = byteCheck(parsed);
  const decode = (ids: readonly number[]) => {
    const decoder = streamingDecoder(bytesOf.get);
    return ids.map((id) => decoder.push(id)).join("") + decoder.end();
  };
  return {
    vocabSize: bytesOf.size,
    encode: (text) => {
      checkBytes(text);
      return text === "" ? [] : inner.encode(text, { add_special_tokens: false }).ids;
    },
    decode,
    tokenText: (id) => decode([id]),
    streamingDecoder: () => streamingDecoder(bytesOf.get),
  };
}

function parse(json: string, file: string): TokenizerJson {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new TokenizerError(`${file}: is not JSON: ${(cause as Error).message}`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join(".") || "the whole";
  throw new TokenizerError(`${file}: is not a byte-level BPE tokenizer as GPT-2's: ${where}: ${issue?.message}`);
}

function build(parsed: TokenizerJson, file: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(parsed, {});
  } catch (cause) {
    throw new TokenizerError(`${file}: cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** A vocabulary should spell each of the 256 bytes. A text with one that it lacks would lose it, and nobody would know. */
function byteCheck({ model }: TokenizerJson): (text: string) => void {
  const lacking = [...byteOfCharacter()].filter(([character]) => !Object.hasOwn(model.vocab, character));
  if (lacking.length === 0) return () => {};
  const bytes = new Set(lacking.map(([, byte]) => byte));
  const encoder = new TextEncoder();
  return (text) => {
    const byte = encoder.encode(text).find((found) => bytes.has(found));
    if (byte === undefined) return;
    throw new RangeError(
      `encode: no token stands for byte ${byte}; the vocabulary lacks ${bytes.size} of the 256 bytes`,
    );
  };
}

/** The bytes of every id, worked out when first asked for. */
function byteTable({ model, added_tokens }: TokenizerJson): { size: number; get: (id: number) => Uint8Array } {
  const added = new Map(added_tokens.map(({ id, content }) => [id, content]));
  const tokens = new Map(Object.entries(model.vocab).map(([token, id]) => [id, token]));
  const size = new Set([...tokens.keys(), ...added.keys()]).size;
  const byteOf = byteOfCharacter();
  const encoder = new TextEncoder();
  const get = (id: number): Uint8Array => {
    const literal = added.get(id);
    if (literal !== undefined) return encoder.encode(literal);
    const token = tokens.get(id);
    if (token === undefined) throw new RangeError(`decode: no token has id ${id}; the vocabulary has ${size} ids`);
    return Uint8Array.from(token, (character) => {
      const byte = byteOf.get(character);
      if (byte === undefined)
        throw new TokenizerError(`decode: token ${id} has "${character}", which stands for no byte`);
      return byte;
    });
  };
  return { size, get };
}
