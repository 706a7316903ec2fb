/**
 * The character classes of character-table.ts as sets of a regular expression. The host's own `\s`, `\p{L}` and `\p{N}`
 * are not used: JavaScript's `\s` has U+FEFF and lacks U+0085, and the letters and numbers are those of the host's
 * Unicode version.
 */
import * as table from "./character-table.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The contents of a character class, for a pattern with the flag u. */
export const SPACE = setOf(table.SPACE);
export const LETTER = setOf(table.LETTER);
export const NUMBER = setOf(table.NUMBER);
/** What may not be next to an added token of `single_word`: `\w`. */
export const WORD = LETTER + setOf(table.WORD_BESIDES_LETTERS);

function setOf(lengths: string): string {
  const ranges: string[] = [];
  let bound = 0;
  let isInside = false;
  for (const [, count, letter] of lengths.matchAll(/(\d*)(\D)/g)) {
    const first = bound;
    bound += Number(count) * LETTERS.length + LETTERS.indexOf(letter!);
    if (isInside) ranges.push(`${escaped(first)}-${escaped(bound - 1)}`);
    isInside = !isInside;
  }
  return ranges.join("");
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
