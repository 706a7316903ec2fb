/** Documents as one stream of token ids, with an end-of-text mark before each, between them and after the last. */
import { type Tokenizer, yieldToEventLoop } from "@tsgpt/gpt";
import { abortSignal, checkOptions } from "@tsgpt/numeric";
import { checkCount } from "../check-range.ts";
import { DataError } from "./data-error.ts";
import { END_OF_TEXT } from "./documents.ts";

/** Ids in two bytes each, where the vocabulary is small enough. */
export type TokenIds = Uint16Array | Int32Array;

/** Documents as token ids. */
export interface TokenStream {
  readonly ids: TokenIds;
  /** Bytes of the documents in UTF-8: the loss in bits per byte is the sum of losses over ln 2 times this. */
  readonly bytes: number;
}

/** How documents are encoded. */
export interface EncodeOptions {
  /** Ids of the model; by default the tokenizer's. */
  readonly vocabSize?: number | undefined;
  /** Documents encoded so far, of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHARACTERS_BETWEEN_YIELDS = 1 << 18;

/**
 * The stream of documents. Without an end-of-text token in the tokenizer, documents follow one another without a mark.
 * @throws DataError if there is no document, or the tokenizer gives an id that the model lacks; RangeError for an
 * invalid option; the signal's reason
 */
export async function encodeDocuments(
  documents: readonly string[],
  tokenizer: Tokenizer,
  options: EncodeOptions = {},
): Promise<TokenStream> {
  checkOptions("encodeDocuments", options, { vocabSize: "number", onProgress: "function", signal: abortSignal });
  const { vocabSize = tokenizer.vocabSize, onProgress, signal } = options;
  checkCount("encodeDocuments", "vocabSize", vocabSize);
  if (documents.length === 0) throw new DataError("the text is empty: it has no document");
  const mark = tokenizer.encode(END_OF_TEXT);
  const marks = mark.length === 1 ? mark : [];
  const stream = growingStream(vocabSize);
  stream.append(marks);
  let bytes = 0;
  let sinceYield = 0;
  for (const [index, text] of documents.entries()) {
    stream.append(tokenizer.encode(text));
    stream.append(marks);
    bytes += utf8Length(text);
    sinceYield += text.length;
    if (sinceYield < CHARACTERS_BETWEEN_YIELDS && index + 1 < documents.length) continue;
    sinceYield = 0;
    onProgress?.(index + 1, documents.length);
    await yieldToEventLoop();
    signal?.throwIfAborted();
  }
  return { ids: stream.ids(), bytes };
}

/** Ids that are appended to a buffer, which doubles when it is full. */
function growingStream(vocabSize: number) {
  const allocate = (length: number): TokenIds =>
    vocabSize <= 2 ** 16 ? new Uint16Array(length) : new Int32Array(length);
  let buffer = allocate(1 << 16);
  let length = 0;
  const append = (ids: readonly number[]) => {
    if (length + ids.length > buffer.length) {
      const larger = allocate(Math.max(2 * buffer.length, length + ids.length));
      larger.set(buffer);
      buffer = larger;
    }
    for (const id of ids) {
      if (id >= vocabSize) throw new DataError(unknownId(id, vocabSize));
      buffer[length++] = id;
    }
  };
  return { append, ids: () => buffer.slice(0, length) };
}

function unknownId(id: number, vocabSize: number): string {
  const known = `the model has the ids 0 to ${vocabSize - 1}`;
  return `the tokenizer gives the id ${id}, ${known}: use the model's own tokenizer`;
}

/** Bytes of a text in UTF-8; a lone surrogate counts as U+FFFD. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    bytes += code < 0x800 ? 1 : 2;
    const isPair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) i++; // two units, four bytes
  }
  return bytes;
}
