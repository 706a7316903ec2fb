/**
 * Creates a tokenizer from the files of a model's folder: tokenizer.json, or vocab.json and merges.txt (OpenAI's
 * encoder.json and vocab.bpe under transformers' names), with the companion files of either. Follows AutoTokenizer of
 * transformers 5.18.
 */
import { quote } from "../errors.ts";
import { ADDED, CONFIG, type CompanionFiles, type Companions, parseCompanions, SPECIAL } from "./companion-files.ts";
import { companionTokens } from "./companion-tokens.ts";
import { parseIds } from "./parse-json.ts";
import { GPT2_PIPELINE } from "./pipeline.ts";
import { createTokenizer, type Tokenizer, TokenizerError } from "./tokenizer.ts";
import { parseTokenizerJson } from "./tokenizer-json.ts";
import { type Merge, mergeOf, parseVocab } from "./vocabulary.ts";

const JSON_FILE = "tokenizer.json";
const VOCAB = "vocab.json";
const MERGES = "merges.txt";

/** Used if there is no tokenizer.json. */
export const VOCABULARY_FILES = [VOCAB, MERGES] as const;

/** Optional companions of either. */
export const COMPANION_FILES = [ADDED, SPECIAL, CONFIG] as const;

/** All files that a tokenizer is read from. */
export const TOKENIZER_FILES = [JSON_FILE, ...VOCABULARY_FILES, ...COMPANION_FILES] as const;

/** Their texts, by name. */
export type TokenizerFiles = Readonly<Partial<Record<(typeof TOKENIZER_FILES)[number], string>>>;

/** A tokenizer from the text of a tokenizer.json alone. @throws TokenizerError naming the file and the problem */
export function loadTokenizer(json: string, file = JSON_FILE): Tokenizer {
  return fromTokenizerJson(json, {}, file);
}

/**
 * The tokenizer of these files: tokenizer.json if there is one, else vocab.json and merges.txt; undefined if there is
 * none of the three.
 * @throws TokenizerError naming the file and the problem, or the file that is missing
 */
export function loadTokenizerFiles(files: TokenizerFiles): Tokenizer | undefined {
  const { [JSON_FILE]: json, [VOCAB]: vocab, [MERGES]: merges } = files;
  if (json !== undefined) return fromTokenizerJson(json, files, JSON_FILE);
  if (vocab === undefined && merges === undefined) return undefined;
  if (vocab === undefined) throw new TokenizerError(`${VOCAB}: does not exist; ${MERGES} alone is not a tokenizer`);
  if (merges === undefined) throw new TokenizerError(`${MERGES}: does not exist; ${VOCAB} alone is not a tokenizer`);
  return fromVocabulary(vocab, merges, files);
}

/**
 * transformers' class GPT2Tokenizer takes only the vocabulary, the merges and the added tokens from a tokenizer.json;
 * the rest is GPT-2's. Other classes, and tokenizers, take everything, and so do we if no class is named.
 */
function fromTokenizerJson(text: string, files: CompanionFiles, file: string): Tokenizer {
  const json = parseTokenizerJson(text, file);
  const companions = parseCompanions(files, true);
  const { isGPT2Class = false, addPrefixSpace, splitSpecialTokens } = companions;
  const { vocab, merges, addedTokens } = json;
  const { options, pipeline } = isGPT2Class ? { options: {}, pipeline: GPT2_PIPELINE } : json.own();
  const added = companionTokens(companions, { isGPT2Class, addedTokens, padToken: json.padToken });
  return createTokenizer({
    model: { vocab, merges, ...options },
    pipeline:
      companions.isGPT2Class === false
        ? pipeline
        : { ...pipeline, ...(addPrefixSpace !== undefined && { addPrefixSpace }) },
    addedTokens: [...(isGPT2Class ? [] : addedTokens), ...added],
    splitSpecialTokens,
  });
}

function fromVocabulary(vocabText: string, mergesText: string, files: CompanionFiles): Tokenizer {
  const vocab = parseVocab(parseIds(VOCAB, vocabText), VOCAB, []);
  const merges = parseMergesText(mergesText, vocab);
  const companions = parseCompanions(files, false);
  checkIds(vocab, companions);
  const { addPrefixSpace = false, splitSpecialTokens } = companions;
  const added = companionTokens(companions, { isGPT2Class: true, addedTokens: [], padToken: undefined });
  const pipeline = { ...GPT2_PIPELINE, addPrefixSpace };
  return createTokenizer({ model: { vocab, merges }, pipeline, addedTokens: added, splitSpecialTokens });
}

/** One pair per line, by rank. Only a version line is a comment: "# #" is one of GPT-2's merges. */
function parseMergesText(text: string, vocab: ReadonlyMap<string, number>): Merge[] {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === "") lines.pop();
  return lines.flatMap((line, i): Merge[] => {
    if (line.startsWith("#version")) return [];
    const fail = (problem: string) => new TokenizerError(`${MERGES}: line ${i + 1} ${problem}`);
    const [left, right, more] = line.split(" ");
    if (!left || !right || more !== undefined)
      throw fail(`must be two tokens with a space between, got ${quote(line)}`);
    const merge = mergeOf(left, right, vocab);
    if (typeof merge === "string") throw fail(`is ${quote(line)}, and ${VOCAB} has no token ${quote(merge)}`);
    return [merge];
  });
}

/** Two tokens with one id, or one token with two, show that the files do not belong together. */
function checkIds(vocab: ReadonlyMap<string, number>, { addedIds, decoder }: Companions): void {
  const tokens = new Map([...vocab].map(([token, id]) => [id, token]));
  const added = [...addedIds, ...[...(decoder ?? [])].map(([id, { content }]): [string, number] => [content, id])];
  for (const [token, id] of added) {
    const other = tokens.get(id) ?? token;
    if (other !== token) throw new TokenizerError(`${VOCAB}: ${quote(other)} and ${quote(token)} have one id, ${id}`);
  }
  const moved = added.find(([token, id]) => vocab.has(token) && vocab.get(token) !== id);
  if (!moved) return;
  const [token, id] = moved;
  throw new TokenizerError(`${VOCAB}: ${quote(token)} has id ${vocab.get(token)}, and ${id} where it is added`);
}
