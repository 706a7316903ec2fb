/**
 * GPT-2's pattern, which splits a text into words before byte pairs are merged: contractions, letters, numbers and the
 * rest, each with an optional leading space, and white space. @see openai/gpt-2, encoder.py, where it is
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
 */
import { LETTER, NUMBER, SPACE } from "./characters.ts";

const WORD = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?[${LETTER}]+| ?[${NUMBER}]+| ?[^${SPACE}${LETTER}${NUMBER}]+|` +
    `[${SPACE}]+(?![^${SPACE}])|[${SPACE}]+`,
  "gu",
);

/** The words of a text; joined, they are the text again. */
export function splitWords(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}
