/** The text of one token. */
import type { Tokenizer } from "@tsgpt/gpt";
import type { Share } from "@tsgpt/sampling";

/** How a person sees a token: its text in quotes, or where it has none its id. */
export type ShowToken = (id: number) => string;

/** Its text; undefined without a tokenizer, and for ids beyond it: a vocabulary may be padded. */
export function tokenText(tokenizer: Tokenizer | undefined, id: number): string | undefined {
  try {
    return tokenizer?.tokenText(id);
  } catch {
    return undefined;
  }
}

/** The text of ids; undefined if one of them has none. */
export function textOf(tokenizer: Tokenizer | undefined, ids: readonly number[]): string | undefined {
  return ids.every((id) => tokenText(tokenizer, id) !== undefined) ? tokenizer?.decode(ids) : undefined;
}

/** Shows the tokens of a tokenizer. */
export function tokenShower(tokenizer: Tokenizer | undefined): ShowToken {
  return (id) => {
    const text = tokenText(tokenizer, id);
    return text === undefined ? `${id}` : quoted(text);
  };
}

/** In quotes; what would be invisible, or move the cursor, by its number. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^\P{Z} ]|\p{C}/gu, (character) => {
    const hex = (character.codePointAt(0) as number).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

interface Named {
  readonly top: readonly Share[];
  readonly removed?: readonly Share[];
}

/** A report in which every token that is named has its text, for JSON; null where it has none. */
export function withText<Report extends Named>(tokenizer: Tokenizer | undefined, report: Report) {
  const named = (shares: readonly Share[]) =>
    shares.map(({ id, ...share }) => ({ id, text: tokenText(tokenizer, id) ?? null, ...share }));
  const { top, removed } = report;
  return { ...report, top: named(top), ...(removed && { removed: named(removed) }) };
}
