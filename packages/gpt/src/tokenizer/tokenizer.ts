/**
 * Text to token ids and back: GPT-2's byte-level BPE (Radford et al. 2019, section 2.2). Added tokens are matched
 * first, the rest is split into words, and the bytes of each word are merged; ids equal those of Python's tokenizers
 * for the same files. Decoding works on bytes, so it can be streamed. Other kinds of tokenizer are refused.
 */
import { type AddedToken, addedVocabulary, tokenFinder } from "./added-tokens.ts";
import { type BytePairModel, bytePairs, type TokenMerge } from "./byte-pairs.ts";
import { byteTable } from "./byte-table.ts";
import type { Pipeline } from "./pipeline.ts";
import { splitWords } from "./split-words.ts";
import { type StreamingDecoder, streamingDecoder } from "./streaming-decoder.ts";

export { TokenizerError } from "./tokenizer-error.ts";

/** Turns a text into token ids, and ids into a text. */
export interface Tokenizer {
  /** Number of ids, special tokens included. */
  readonly vocabSize: number;
  /**
   * Ids of a text; a lone surrogate counts as U+FFFD. Adds no special token; one written in the text, such as
   * <|endoftext|>, becomes its id, which may be beyond the rows of the model.
   * @throws RangeError for a byte without a token
   */
  encode(text: string): number[];
  /** Text of the ids; invalid UTF-8 becomes U+FFFD. @throws RangeError for an unknown id */
  decode(ids: readonly number[]): string;
  /** One token's text; an incomplete character shows as U+FFFD. @throws RangeError for an unknown id */
  tokenText(id: number): string;
  /** One token's bytes, of which a character may take several tokens'; undefined for an unknown id. */
  tokenBytes(id: number): Uint8Array | undefined;
  /**
   * The merges, in order, that make a token of its bytes, as they did wherever `encode` gives it: no merge crosses a
   * token's ends. Undefined for an added token, which is matched as a whole, and for an id that no merges give.
   * @throws RangeError for a byte without a token
   */
  tokenMerges(id: number): readonly TokenMerge[] | undefined;
  /** A decoder for one stream of tokens; ids of padding rows, which only the model has, give no text. */
  streamingDecoder(): StreamingDecoder;
}

/** What a tokenizer is made of. */
export interface TokenizerParts {
  readonly model: BytePairModel;
  readonly pipeline: Pipeline;
  /** In order of addition, which determines the ids of new tokens. */
  readonly addedTokens: readonly AddedToken[];
  /** Special tokens that are written out count as text. */
  readonly splitSpecialTokens: boolean;
}

/** Creates a tokenizer. @throws TokenizerError if an added token would take the id of another */
export function createTokenizer({ model, pipeline, addedTokens, splitSpecialTokens }: TokenizerParts): Tokenizer {
  const { normalize, decodesBytes } = pipeline;
  const added = addedVocabulary(addedTokens, model.vocab);
  const find = tokenFinder(added, { normalize, splitSpecialTokens });
  const { encodeWord, mergesTo } = bytePairs(model);
  const bytesOf = byteTable(model.vocab, added, decodesBytes);
  const separator = decodesBytes ? "" : " ";
  const decode = (ids: readonly number[]) => {
    const stream = streamingDecoder(bytesOf.get, separator);
    return ids.map((id) => stream.push(id)).join("") + stream.end();
  };
  const encode = (text: string): number[] => {
    const ids: number[] = [];
    for (const piece of find(text.replace(LONE_SURROGATE, "\ufffd"))) {
      if (typeof piece === "number") ids.push(piece);
      else for (const word of wordsOf(piece, pipeline)) for (const id of encodeWord(word)) ids.push(id);
    }
    return ids;
  };
  return {
    vocabSize: bytesOf.size,
    encode,
    decode,
    tokenText: (id) => decode([id]),
    tokenBytes: bytesOf.find,
    tokenMerges: (id) => {
      const bytes = added.tokenOf.has(id) ? undefined : bytesOf.find(id);
      return bytes && mergesTo(id, bytes);
    },
    streamingDecoder: () => streamingDecoder(bytesOf.find, separator),
  };
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

function wordsOf(piece: string, { addPrefixSpace, useRegex }: Pipeline): readonly string[] {
  const text = addPrefixSpace && !piece.startsWith(" ") ? ` ${piece}` : piece;
  return useRegex ? splitWords(text) : [text];
}
