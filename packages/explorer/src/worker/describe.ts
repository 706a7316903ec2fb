/** What the page is shown of a session: tokens, the likeliest next ones, the sampling chain, and the logit lens. */
import { logitLens } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { applyChain, candidatesOf, mostProbable, probabilities, type Share } from "@tsgpt/sampling";
import type { Distribution, GeneratedToken, LensCell, LikelyToken, TextChange, Token } from "../protocol.ts";
import { CHAIN, endOf, type Session } from "./session.ts";

const LIKELIEST = 5;

export function describeTokens({ tokenizer }: Model, ids: readonly number[]): Token[] {
  return ids.map((id) => ({ id, text: textOf(tokenizer, id) }));
}

/** What a text has become, if `kept` of its generated tokens are known. */
export function changeSince(session: Session, kept: number): TextChange {
  const { model, history, promptLength, draws, logits } = session;
  const tokens = describeTokens(model, history.slice(promptLength + kept));
  const added = tokens.map((token, i): GeneratedToken => {
    return { ...token, logprob: (draws[kept + i] as Session["draws"][number]).logprob };
  });
  const likeliest = likely(model, mostProbable(candidatesOf(logits), LIKELIEST));
  return { kept, added, likeliest, end: endOf(session) };
}

/** The distribution of the next token, and what each step of the chain does to it. */
export function describeDistribution({ logits, history, promptLength }: Session): Distribution {
  const { steps } = applyChain(CHAIN, logits, { history, promptLength }, { limit: logits.length });
  const chain = steps.map(({ step, kept, massRemoved, entropyBits, removed }) => {
    return { type: step.type, kept, mass: 1 - massRemoved, entropy: entropyBits, cut: removed.map(({ id }) => id) };
  });
  return { logits: logits.slice(), probabilities: Float64Array.from(probabilities(candidatesOf(logits))), chain };
}

/** The logit lens at one position of the text. @throws RangeError for a position beyond it */
export function describeLens({ model, residuals, history }: Session, position: number): LensCell[] {
  if (!Number.isInteger(position) || position < 0 || position >= history.length) {
    throw new RangeError(`lens: position must be from 0 to ${history.length - 1}, got ${position}`);
  }
  const cells = logitLens(model, residuals.at(position), { position: 0, top: LIKELIEST });
  return cells.map(({ hook, top }) => ({ hook, likeliest: likely(model, top) }));
}

function likely({ tokenizer }: Model, shares: readonly Share[]): LikelyToken[] {
  return shares.map(({ id, probability }) => ({ id, text: textOf(tokenizer, id), probability }));
}

/** The text of an id; "" for one that only the model has. */
function textOf(tokenizer: Model["tokenizer"], id: number): string {
  return tokenizer?.tokenBytes(id) ? tokenizer.tokenText(id) : "";
}
