/** A spelling for the tests: single characters, and a few tokens of several. */
import type { Spelling } from "@tsgpt/sampling";

/** Each token's id is its index. */
export const TOKENS = ["a", "b", "1", "2", " ", ",", "\n", ":", '"', "*", "a:", " b", "none"];

/** Takes the longest token each time. */
export const letters: Spelling = {
  encode(text) {
    const ids: number[] = [];
    for (let at = 0; at < text.length; at += TOKENS[ids.at(-1)!]!.length) {
      const here = TOKENS.filter((token) => text.startsWith(token, at)).sort((a, b) => b.length - a.length);
      ids.push(TOKENS.indexOf(here[0]!));
    }
    return ids;
  },
  tokenBytes: (id) => (TOKENS[id] === undefined ? undefined : new TextEncoder().encode(TOKENS[id])),
  tokenText(id) {
    if (TOKENS[id] === undefined) throw new RangeError(`there is no token ${id}`);
    return TOKENS[id];
  },
};
