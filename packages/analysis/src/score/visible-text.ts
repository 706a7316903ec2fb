/** Text from outside, made harmless for where it is shown: a terminal, HTML, XML. */

/**
 * Controls, those of direction among them, and what no font has; not the joiners, which emoji and some scripts need.
 */
const INVISIBLE = /[\p{C}\u2028\u2029]/gu;
const JOINERS = "\u200c\u200d";

/** The text with every control but newline and tab as its number: `\u202e`, `\u001b`. */
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

/** The text for HTML or XML, between tags or in an attribute's quotes: nothing in it opens or closes anything. */
export function escapeMarkup(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
