/** Escapes untrusted text for a terminal, HTML or XML. */

/**
 * Control characters, including bidirectional ones, and unassigned ones; not the joiners, which emoji and some scripts
 * need.
 */
const INVISIBLE = /[\p{C}\u2028\u2029]/gu;
const JOINERS = "\u200c\u200d";

/** The text with every control character but newline and tab escaped: `\u202e`, `\u001b`. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    if (character === "\n" || character === "\t" || JOINERS.includes(character)) return character;
    const hex = (character.codePointAt(0) as number).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text escaped for HTML or XML, as content or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
