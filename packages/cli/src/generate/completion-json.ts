/** What generate --json tells of a prompt: one object. */
import type { Model } from "@tsgpt/gpt";
import { tokenText, withText } from "../terminal/token-text.ts";
import { type Prompt, type StoryToken, tokensPerSecond } from "./completion.ts";
import type { Told } from "./decode.ts";
import type { Strategy } from "./strategy.ts";

export interface Answer {
  readonly model: Model;
  readonly strategy: Strategy;
  readonly prompt: Prompt;
  readonly seed: number;
  readonly told: Told;
  readonly loadSeconds: number;
}

/** The object on one line. */
export function answerAsJson(answer: Answer): string {
  const { model, strategy, prompt, seed, told, loadSeconds } = answer;
  const drawn = strategy === "beams" || strategy === "contrastive" ? {} : { seed };
  const head = { model: model.name, prompt: prompt.text, promptTokens: prompt.ids };
  return JSON.stringify({ ...head, ...storiesAsJson(answer), ...drawn, timings: timings(told, loadSeconds) });
}

/** The best or first story at the top, and where several were asked for, all of them with their scores. */
function storiesAsJson({ model, strategy, told: { stories, speculation } }: Answer) {
  const sequences = stories.map(({ tokens, finishReason, score }) => ({
    tokens: tokens.map((token) => tokenAsJson(model, token)),
    text: model.tokenizer ? tokens.map(({ text }) => text).join("") : null,
    score,
    finishReason,
  }));
  const first = sequences[0];
  const top = { tokens: first?.tokens ?? [], text: first?.text ?? null, finishReason: first?.finishReason };
  const several = strategy === "beams" || strategy === "samples";
  return { ...top, ...(several && { sequences }), ...(speculation && { speculation }) };
}

function tokenAsJson({ tokenizer }: Model, token: StoryToken) {
  const { id, text, logprob, topLogprobs, probability, initial, steps } = token;
  const shown = { id, text: tokenizer ? text : null, logprob };
  const top = topLogprobs?.map(({ id, logprob }) => ({ id, text: tokenText(tokenizer, id) ?? null, logprob }));
  const spelt = initial && {
    probability,
    initial: withText(tokenizer, initial),
    steps: steps?.map((step) => withText(tokenizer, step)),
  };
  return { ...shown, ...(top && { topLogprobs: top }), ...spelt };
}

function timings(told: Told, loadSeconds: number) {
  const { prefillSeconds, decodeSeconds } = told;
  const count = told.stories.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { loadSeconds, prefillSeconds, decodeSeconds, tokensPerSecond: tokensPerSecond(count, told) };
}
