/** The documents of a text: what lies between its end-of-text marks. */

/** Begins and ends a document, in a text and as a token. */
export const END_OF_TEXT = "<|endoftext|>";

/**
 * The documents of a text, which may be one. Line breaks next to a mark, and at the ends of the text, belong to no
 * document; a document without a character is left out.
 */
export function splitDocuments(text: string): string[] {
  return text
    .split(END_OF_TEXT)
    .map((part) => part.replace(/^[\r\n]+/, "").replace(/[\r\n]+$/, ""))
    .filter((part) => part !== "");
}
