/**
 * Added tokens, which are found in a text before it is split into words: special tokens, and those added to the
 * vocabulary after training.
 * Follows tokenizers 0.23, tokenizer/added_vocabulary.rs: a new token's id is the next free one, whatever the file
 * says; those that are not `normalized` are matched first, then the others in the rest; at one position the longest
 * wins.
 */
import { SPACE, WORD } from "./characters.ts";

/** Named as in the files. */
export interface AddedToken {
  readonly content: string;
  /** Matches only next to non-word characters. */
  readonly single_word: boolean;
  /** Also consumes the white space before it, or after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Matched in the normalized text, by its normalized content. */
  readonly normalized: boolean;
  readonly special: boolean;
}

export interface AddedVocabulary {
  readonly idOf: Map<string, number>;
  /** The token of an id; the last one added. */
  readonly tokenOf: Map<number, AddedToken>;
  /** Contents that were added as special tokens. */
  readonly special: Set<string>;
}

/** The tokens, added in order; those already in the vocabulary keep their ids. */
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
  /** Treats special tokens in a text as plain text. */
  readonly splitSpecialTokens: boolean;
}

/** A function that splits a text into non-empty pieces. */
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

/** Finds `tokens`, matching their contents as transformed by `spell`. */
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

/** The start of the white space before `at`. */
function spaceBefore(text: string, at: number): number {
  let start = at;
  while (start > 0 && IS_SPACE.test(text.charAt(start - 1))) start--;
  return start;
}

/** The end of the white space from `at` on. */
function spaceAfter(text: string, at: number): number {
  let end = at;
  while (end < text.length && IS_SPACE.test(text.charAt(end))) end++;
  return end;
}
