/** The text as data: what a link needs to open it again, and a file with the fields of `tsgpt generate --json`. */
import { eosTokenIds } from "@tsgpt/gpt";
import type { TextState } from "../protocol/export.ts";
import type { Session } from "./session.ts";

export function textState(session: Session): TextState {
  const { history, promptLength, draws, sampler, hooks } = session;
  const isReplayable = session.isReplayable && (hooks.length === 0 || draws.length === 0);
  const { seed, sampling } = session.opening;
  const past = draws.map(({ isChosen }, i) => ({ id: history[promptLength + i] as number, isChosen }));
  return {
    prompt: promptOf(session),
    seed,
    sampling,
    past,
    random: isReplayable ? undefined : sampler.state(),
  };
}

/**
 * "State (JSON)": `tokens` are the generated ones, and their texts together are the generated text. `page` is what the
 * reader has chosen beyond the text, if anything.
 */
export function stateFile(session: Session, page: Readonly<Record<string, unknown>> = {}): object {
  const { model, history, promptLength, draws } = session;
  const { seed, sampling } = session.opening;
  const texts = streamedTexts(session);
  return {
    model: model.name,
    prompt: promptOf(session),
    promptTokens: history.slice(0, promptLength),
    tokens: draws.map(({ logprob }, i) => ({ id: history[promptLength + i], text: texts[i], logprob })),
    sampling,
    seed,
    ...(Object.keys(page).length > 0 && { page }),
  };
}

/** The prompt and what was generated after it. */
export function textOfSession(session: Session): string {
  return promptOf(session) + streamedTexts(session).join("");
}

/** The text of the prompt. */
export function promptOf({ model, opening, history, promptLength }: Session): string {
  return opening.prompt ?? model.tokenizer?.decode(history.slice(0, promptLength)) ?? "";
}

/** As `generate` emits them: a character of several tokens with its last one, nothing for an end of the text. */
function streamedTexts({ model: { config, tokenizer }, history, promptLength }: Session): string[] {
  const decoder = tokenizer?.streamingDecoder();
  const ends = eosTokenIds(config);
  const ids = history.slice(promptLength);
  const texts = ids.map((id) => (ends.includes(id) ? "" : (decoder?.push(id) ?? "")));
  if (texts.length > 0) texts[texts.length - 1] += decoder?.end() ?? "";
  return texts;
}
