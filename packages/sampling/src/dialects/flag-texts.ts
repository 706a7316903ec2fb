/**
 * Flags whose values are texts, as options, which are token ids: banned words, and the breakers at which repetitions
 * end for DRY. `1,2,3` is ids; digits that are meant as a text are quoted.
 */
import { SamplingError } from "../errors.ts";
import { checkIds } from "../parameter.ts";
import type { ChainFlags, ChainOptions, TextFlag } from "./options.ts";

/** What turns texts into token ids: a tokenizer, or a part of one. */
export interface Spelling {
  /** The ids of a text. */
  encode(text: string): readonly number[];
  /** The bytes of a token; undefined for an id that has none: a model's vocabulary may be padded. */
  tokenBytes(id: number): Uint8Array | undefined;
  /** The text of a token. */
  tokenText(id: number): string;
}

/** The options that a flag's texts, or its default texts, become. Without a spelling they must be token ids. */
type TextResolver = (flags: ChainFlags, spelling: Spelling | undefined, vocabSize: number) => ChainOptions;

/** How the texts of each flag become options. */
export type TextResolvers = { readonly [F in TextFlag]: TextResolver };

const TEXTS: TextResolvers = {
  banned: ({ banned: words }, spelling, vocabSize) => {
    const banned = words?.flatMap((word) => sequencesOf(word, spelling));
    checkIds("banned", banned?.flat() ?? [], vocabSize);
    return { banned };
  },
  dryBreaker: ({ dryBreaker, dryMultiplier }, spelling, vocabSize) => {
    const dryBreakers = dryMultiplier ? breakersOf(dryBreaker, spelling, vocabSize) : undefined;
    checkIds("dryBreaker", dryBreakers ?? [], vocabSize);
    return { dryBreakers };
  },
};

/**
 * The options of all flags that take texts, given or default.
 * @throws SamplingError for a text without a spelling, or an id outside the vocabulary
 */
export function optionsOfTexts(flags: ChainFlags, spelling: Spelling | undefined, vocabSize: number): ChainOptions {
  return Object.assign({}, ...Object.values(TEXTS).map((resolve) => resolve(flags, spelling, vocabSize)));
}

/**
 * The ids of `1,2,3`; undefined for a text, such as a comma alone.
 * @throws SamplingError for digits that are no such list
 */
export function idsOfWord(word: string): number[] | undefined {
  if (!/^[\d\s,]*\d[\d\s,]*$/.test(word)) return undefined;
  const ids = word.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (ids.every(Number.isSafeInteger)) return ids;
  const rule = "must be token ids separated by commas, such as 1,2,3";
  throw new SamplingError(`${rule}; to give it as a text, quote it twice: '"${word.trim()}"'`);
}

type Word =
  | { readonly ids: number[]; readonly text?: undefined }
  | { readonly ids?: undefined; readonly text: string; readonly spelling: Spelling };

/** A word of a flag: ids, or a text and the spelling for it. */
function read(name: TextFlag, word: string, spelling: Spelling | undefined): Word {
  const wrong = (rule: string) => new SamplingError(`${name} ${JSON.stringify(word)}: ${rule}`);
  let ids: number[] | undefined;
  try {
    ids = idsOfWord(word);
  } catch (error) {
    throw wrong((error as SamplingError).message);
  }
  if (ids) return { ids };
  const text = unquoted(word);
  if (text === "") throw wrong("must not be empty");
  if (!spelling) throw wrong("a text needs a tokenizer; give token ids, such as 1,2,3");
  return { text, spelling };
}

/** The text within quotes, as in `"12"`, so that digits can be a text too. */
function unquoted(word: string): string {
  if (!/^".*"$/s.test(word)) return word;
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

/** A text with and without a space before it, which have different tokens. */
function sequencesOf(word: string, spelling: Spelling | undefined): (readonly number[])[] {
  const given = read("banned", word, spelling);
  if (given.ids) return [given.ids];
  const { text } = given;
  return (text.startsWith(" ") ? [text] : [text, ` ${text}`]).map((each) => given.spelling.encode(each));
}

/** Where nothing else is said, those of llama.cpp: a line break, a colon, a quotation mark or an asterisk. */
const DRY_BREAKERS = ["\n", ":", '"', "*"];

/** The ids of all tokens that contain a breaker; by default of llama.cpp's, and `none` alone disables them. */
function breakersOf(words: readonly string[] | undefined, spelling: Spelling | undefined, vocabSize: number): number[] {
  if (words?.length === 1 && words[0] === "none") return [];
  if (!words) return spelling ? tokensWith(DRY_BREAKERS, spelling, vocabSize) : [];
  const all = words.map((word) => read("dryBreaker", word, spelling));
  const texts = all.flatMap(({ text = [] }) => text);
  const ids = all.flatMap(({ ids = [] }) => ids);
  return [...new Set([...ids, ...(spelling && texts.length > 0 ? tokensWith(texts, spelling, vocabSize) : [])])];
}

/** The ids of all tokens that contain one of the texts. */
function tokensWith(texts: readonly string[], spelling: Spelling, vocabSize: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < vocabSize; id++) {
    if (spelling.tokenBytes(id) === undefined) continue;
    const token = spelling.tokenText(id);
    if (texts.some((text) => token.includes(text))) ids.push(id);
  }
  return ids;
}
