/**
 * Trains a byte-level BPE tokenizer, GPT-2's kind: texts are split into words by GPT-2's pattern, words into bytes, and
 * the most frequent pairs become tokens. Equals tokenizers 0.23's BpeTrainer with `ByteLevel.alphabet()` as its initial
 * alphabet: special tokens have the first ids, then the 256 bytes, in the order of the characters that stand for them.
 */
import { byteOfCharacter, loadTokenizer, type Tokenizer } from "@tsgpt/gpt";
import { abortSignal, checkOptions, required, strings } from "@tsgpt/numeric";
import { END_OF_TEXT } from "../data/documents.ts";
import { countWords } from "./count-words.ts";
import { learnMerges, type TrainedVocabulary } from "./learn-merges.ts";
import { ID_LIMIT } from "./pair-table.ts";
import { trainingWords } from "./training-words.ts";
import { writeTokenizerJson } from "./write-tokenizer-json.ts";

/** How far a training is. */
export interface TokenizerProgress {
  /** "words": of the texts' characters. "tokens": of the vocabulary. */
  readonly stage: "words" | "tokens";
  readonly done: number;
  readonly total: number;
}

/** What a tokenizer has, and how its training is followed. */
export interface TokenizerOptions {
  /** Tokens, the special ones and the 256 bytes included; fewer if the texts have no more pairs. */
  readonly vocabSize: number;
  /** A pair of tokens that occurs less often is not merged. 1 by default. */
  readonly minFrequency?: number | undefined;
  /** Tokens that no merge makes, with the first ids. `<|endoftext|>` by default. */
  readonly specialTokens?: readonly string[] | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: TokenizerProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A tokenizer, and the file from which this project and transformers load it. */
export interface TrainedTokenizer {
  readonly tokenizer: Tokenizer;
  /** The text of tokenizer.json. */
  readonly json: string;
}

/**
 * A tokenizer of these texts; no token spans two of them, so documents are given one by one (`splitDocuments`).
 * @throws RangeError for an option out of range, or texts without a character; the signal's reason
 */
export async function trainTokenizer(texts: readonly string[], options: TokenizerOptions): Promise<TrainedTokenizer> {
  checkOptions("trainTokenizer", options, {
    vocabSize: required("number"),
    minFrequency: "number",
    specialTokens: strings,
    onProgress: "function",
    signal: abortSignal,
  });
  const { vocabSize, minFrequency = 1, specialTokens = [END_OF_TEXT], onProgress, signal } = options;
  checkNumbers(vocabSize, minFrequency, specialTokens);
  signal?.throwIfAborted();
  const total = texts.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) throw new RangeError("trainTokenizer: the texts are empty; a tokenizer is trained on text");
  const onCounted = (done: number) => onProgress?.({ stage: "words", done, total });
  const counted = await countWords(texts, { onCounted, signal });
  const { vocabulary, idOfByte } = initialVocabulary(specialTokens);
  const words = trainingWords(counted, idOfByte);
  const onToken = (done: number) => onProgress?.({ stage: "tokens", done, total: vocabSize });
  const merges = await learnMerges(words, vocabulary, { vocabSize, minFrequency, onToken, signal });
  const json = writeTokenizerJson({ tokens: vocabulary.tokens, merges, specialTokens });
  return { tokenizer: loadTokenizer(json), json };
}

function checkNumbers(vocabSize: number, minFrequency: number, specialTokens: readonly string[]): void {
  const fail = (problem: string) => new RangeError(`trainTokenizer: ${problem}`);
  const twice = specialTokens.find((token, i) => token === "" || specialTokens.indexOf(token) !== i);
  if (twice !== undefined)
    throw fail(`specialTokens must be different and not empty, got ${JSON.stringify(specialTokens)}`);
  const least = 256 + specialTokens.filter((token) => !byteOfCharacter().has(token)).length;
  if (!Number.isInteger(vocabSize) || vocabSize < least || vocabSize > ID_LIMIT) {
    const parts = `256 bytes and ${least - 256} special tokens`;
    throw fail(`vocabSize must be a whole number from ${least}, for ${parts}, to ${ID_LIMIT}, got ${vocabSize}`);
  }
  if (!Number.isInteger(minFrequency) || minFrequency < 0)
    throw fail(`minFrequency must be a whole number, 0 or more, got ${minFrequency}`);
}

/** The special tokens, then GPT-2's alphabet in the order of its characters. */
function initialVocabulary(specialTokens: readonly string[]): {
  vocabulary: TrainedVocabulary;
  idOfByte: readonly number[];
} {
  const alphabet = byteOfCharacter();
  const tokens = [...new Set([...specialTokens, ...[...alphabet.keys()].sort()])];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const idOfByte = Array.from(alphabet.keys(), (character) => idOf.get(character) as number);
  return { vocabulary: { tokens, idOf }, idOfByte };
}
