/** Tokens as the page is shown them, and how a text has changed. */
import type { Model } from "@tsgpt/gpt";
import { candidatesOf, mostProbable, type Share } from "@tsgpt/sampling";
import type { GeneratedToken, LikelyToken, TextChange, Token } from "../protocol/text.ts";
import { endOf, type Session } from "./session.ts";

/** The likeliest tokens that are shown. */
export const LIKELIEST = 5;

export function describeTokens({ tokenizer }: Model, ids: readonly number[]): Token[] {
  return ids.map((id) => ({ id, text: textOf(tokenizer, id) }));
}

/** What a text has become, if `kept` of its generated tokens are known. */
export function changeSince(session: Session, kept: number): TextChange {
  const { model, history, promptLength, draws, logits, computedFrom, workspace } = session;
  const tokens = describeTokens(model, history.slice(promptLength + kept));
  const added = tokens.map((token, i): GeneratedToken => {
    const { logprob, isChosen } = draws[kept + i] as Session["draws"][number];
    return { ...token, logprob, isChosen };
  });
  const likeliest = describeShares(model, mostProbable(candidatesOf(logits, workspace), LIKELIEST, workspace));
  return { kept, added, likeliest, end: endOf(session), computedFrom };
}

export function describeShares({ tokenizer }: Model, shares: readonly Share[]): LikelyToken[] {
  return shares.map(({ id, probability }) => ({ id, text: textOf(tokenizer, id), probability }));
}

/** The text of an id; "" for one that only the model has. */
export function textOf(tokenizer: Model["tokenizer"], id: number): string {
  return tokenizer?.tokenBytes(id) ? tokenizer.tokenText(id) : "";
}
