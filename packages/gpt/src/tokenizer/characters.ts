/**
 * The character classes of character-table.ts as sets of a regular expression. The host's own `\s`, `\p{L}` and `\p{N}`
 * are not used: JavaScript's `\s` has U+FEFF and lacks U+0085, and the letters and numbers are those of the host's
 * Unicode version.
 */
import * as table from "./character-table.ts";

/** The contents of a character class, for a pattern with the flag u. */
export const SPACE = setOf(table.SPACE);
export const LETTER = setOf(table.LETTER);
export const NUMBER = setOf(table.NUMBER);
export const WORD = setOf(table.WORD);

function setOf(lengths: string): string {
  const ranges: string[] = [];
  let bound = 0;
  for (const [i, length] of lengths.trim().split(/\s+/).entries()) {
    const first = bound;
    bound += Number.parseInt(length, 36);
    if (i % 2 === 1) ranges.push(`${escaped(first)}-${escaped(bound - 1)}`);
  }
  return ranges.join("");
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
