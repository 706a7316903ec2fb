/**
 * Tokens that are found in a text before it is cut into words: the special ones, and those added to the vocabulary after training.
 * Follows tokenizers 0.23, tokenizer/added_vocabulary.rs: a new token's id is the next free one, whatever a file says; those that
 * are not `normalized` are found first, then the others in what is left; of several at one place the longest counts.
 */
import { SPACE, WORD } from "./characters.ts";

/** Under the keys of the files. */
export interface AddedToken {
  readonly content: string;
  /** Not found beside a letter, a digit or another character of a word. */
  readonly single_word: boolean;
  /** Takes the white space before it, or after it, away. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Found in the normalized text, by its normalized content. */
  readonly normalized: boolean;
  readonly special: boolean;
}

export interface AddedVocabulary {
  readonly idOf: Map<string, number>;
  /** The token of an id, as it was added last. */
  readonly tokenOf: Map<number, AddedToken>;
  /** Contents that were added as special tokens. */
  readonly special: Set<string>;
}

/** The tokens, added in order; those of the model's vocabulary keep their ids. */
export function addedVocabulary(tokens: readonly AddedToken[], vocab: ReadonlyMap<string, number>): AddedVocabulary {
  const added: AddedVocabulary = { idOf: new Map(), tokenOf: new Map(), special: new Set() };
  let next = vocab.size;
  for (const token of tokens) {
    const { content, special } = token;
    if (content === "") continue;
    const id = added.idOf.get(content) ?? vocab.get(content) ?? next++;
    added.idOf.set(content, id);
    added.tokenOf.set(id, token);
    if (special) added.special.add(content);
  }
  return added;
}

/** A text, or the id of a token that was found in it. */
export type Piece = string | number;

export interface FindOptions {
  readonly normalize: (text: string) => string;
  /** Special tokens that are written out count as text. */
  readonly splitSpecialTokens: boolean;
}

/** A function from a text to its pieces, none of them "". */
export function tokenFinder(added: AddedVocabulary, options: FindOptions): (text: string) => Piece[] {
  const { normalize, splitSpecialTokens } = options;
  const all = [...added.tokenOf.values()];
  const skipped = (token: AddedToken) => splitSpecialTokens && added.special.has(token.content);
  const literal = finder(
    added,
    skipped,
    all.filter(({ normalized }) => !normalized),
    (text) => text,
  );
  const normal = finder(
    added,
    skipped,
    all.filter(({ normalized }) => normalized),
    normalize,
  );
  return (text) => literal(text).flatMap((piece) => (typeof piece === "number" ? piece : normal(normalize(piece))));
}

/** Finds `tokens`, whose patterns are their contents through `spell`. */
function finder(
  added: AddedVocabulary,
  skipped: (token: AddedToken) => boolean,
  tokens: readonly AddedToken[],
  spell: (content: string) => string,
): (text: string) => Piece[] {
  const ids = new Map<string, number>();
  for (const { content } of tokens) {
    const pattern = spell(content);
    if (!ids.has(pattern)) ids.set(pattern, added.idOf.get(content) as number);
  }
  if (ids.size === 0) return (text) => (text === "" ? [] : [text]);
  const longestFirst = [...ids.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join("|"), "gu");
  return (text) => {
    const pieces: Piece[] = [];
    let done = 0;
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const id = ids.get(match) as number;
      const token = added.tokenOf.get(id) as AddedToken;
      if (skipped(token)) continue;
      const after = index + match.length;
      if (token.single_word && (isWordBefore(text, index) || isWordAt(text, after))) continue;
      const start = token.lstrip ? Math.max(done, spaceBefore(text, index)) : index;
      if (done < start) pieces.push(text.slice(done, start));
      pieces.push(id);
      done = token.rstrip ? spaceAfter(text, after) : after;
    }
    if (done < text.length) pieces.push(text.slice(done));
    return pieces;
  };
}

const escaped = (content: string): string => content.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const IS_WORD = new RegExp(`[${WORD}]`, "uy");
const IS_SPACE = new RegExp(`[${SPACE}]`, "u");

function isWordAt(text: string, at: number): boolean {
  IS_WORD.lastIndex = at;
  return IS_WORD.test(text);
}

function isWordBefore(text: string, at: number): boolean {
  const isHalf = /[\udc00-\udfff]/.test(text.charAt(at - 1));
  return at > 0 && isWordAt(text, at - (isHalf ? 2 : 1));
}

/** Where the white space before `at` begins. */
function spaceBefore(text: string, at: number): number {
  let start = at;
  while (start > 0 && IS_SPACE.test(text.charAt(start - 1))) start--;
  return start;
}

/** Where the white space from `at` on ends. */
function spaceAfter(text: string, at: number): number {
  let end = at;
  while (end < text.length && IS_SPACE.test(text.charAt(end))) end++;
  return end;
}
