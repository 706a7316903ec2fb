/** The objects that generate --json and prompt --json print for a prompt. */
import type { Model } from "@tsgpt/gpt";
import { tokenText, withText } from "../terminal/token-text.ts";
import { type CompletionToken, type Prompt, tokensPerSecond } from "./completion.ts";
import type { DecodeResult } from "./decode.ts";
import type { Strategy } from "./strategy.ts";

interface ReportedResult {
  readonly model: Model;
  readonly strategy: Strategy;
  readonly prompt: Prompt;
  readonly seed: number;
  readonly result: DecodeResult;
}

/** The object of generate --json, on one line. */
export function resultAsJson({ loadSeconds, ...reported }: ReportedResult & { readonly loadSeconds: number }): string {
  return JSON.stringify({ ...resultObject(reported), timings: timings(reported.result, loadSeconds) });
}

/** That object without timings, so that it is the same each time. */
export function resultObject(reported: ReportedResult) {
  const { model, strategy, prompt, seed } = reported;
  const drawn = strategy === "beams" || strategy === "contrastive" ? {} : { seed };
  const head = { model: model.name, prompt: prompt.text, promptTokens: prompt.ids };
  return { ...head, ...completionsAsJson(reported), ...drawn };
}

/** The best or first completion at the top level; where several were asked for, all of them with their scores too. */
function completionsAsJson({ model, strategy, result: { completions, speculation } }: ReportedResult) {
  const sequences = completions.map(({ tokens, finishReason, score }) => ({
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

function tokenAsJson({ tokenizer }: Model, token: CompletionToken) {
  const { id, text, logprob, topLogprobs, probability, initial, steps } = token;
  const shown = { id, text: tokenizer ? text : null, logprob };
  const top = topLogprobs?.map(({ id, logprob }) => ({ id, text: tokenText(tokenizer, id) ?? null, logprob }));
  const trace = initial && {
    probability,
    initial: withText(tokenizer, initial),
    steps: steps?.map((step) => withText(tokenizer, step)),
  };
  return { ...shown, ...(top && { topLogprobs: top }), ...trace };
}

function timings(result: DecodeResult, loadSeconds: number) {
  const { prefillSeconds, decodeSeconds } = result;
  const count = result.completions.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { loadSeconds, prefillSeconds, decodeSeconds, tokensPerSecond: tokensPerSecond(count, result) };
}
