/** The text of tokens. */
import type { Tokenizer } from "@tsgpt/gpt";
import type { Share } from "@tsgpt/sampling";

/** How a token is shown: its text in quotes, or its id if it has none. */
export type ShowToken = (id: number) => string;

/** The text of a token; undefined without a tokenizer, and for an id outside it: a model's vocabulary may be padded. */
export function tokenText(tokenizer: Tokenizer | undefined, id: number): string | undefined {
  try {
    return tokenizer?.tokenText(id);
  } catch {
    return undefined;
  }
}

/** The text of several tokens; undefined if one of them has none. */
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

/** In quotes, with invisible and control characters escaped. */
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

/** A report with the text of every token in it, for JSON; null for a token without text. */
export function withText<Report extends Named>(tokenizer: Tokenizer | undefined, report: Report) {
  const named = (shares: readonly Share[]) =>
    shares.map(({ id, ...share }) => ({ id, text: tokenText(tokenizer, id) ?? null, ...share }));
  const { top, removed } = report;
  return { ...report, top: named(top), ...(removed && { removed: named(removed) }) };
}
