/** How probable the model finds a story. */
import { forward, KVCache, type Model } from "@tsgpt/gpt";
import { topLogprobs } from "./recorder.ts";
import type { StoryToken } from "./story.ts";

/** Mean ln p of the tokens under the raw logits, in nats: a beam's score at length penalty 1. 0 without tokens. */
export function meanLogprob(tokens: readonly StoryToken[]): number {
  return tokens.length === 0 ? 0 : tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
}

const ROWS = 32; // a pass computes so many rows of V logits at a time

/** The tokens of a continuation with their text and what the model gives them, by feeding it once more. */
export function withLogprobs(
  model: Model,
  prompt: readonly number[],
  ids: readonly number[],
  logprobs: number | undefined,
): StoryToken[] {
  const decoder = model.tokenizer?.streamingDecoder();
  const rows = rowsAfter(model, prompt, ids);
  return ids.map((id, i) => {
    const logits = rows.next().value as Float32Array;
    const last = i === ids.length - 1;
    const isEos = id === model.config.eosTokenId && last;
    const text = decoder ? (isEos ? "" : decoder.push(id)) + (last ? decoder.end() : "") : "";
    const top = logprobs === undefined ? {} : { topLogprobs: topLogprobs(logits, logprobs) };
    return { id, text, logprob: logProbabilities(logits)[id] as number, position: prompt.length + i, ...top };
  });
}

/** The logits before each of `ids`, [V] each. */
function* rowsAfter(model: Model, prompt: readonly number[], ids: readonly number[]): Generator<Float32Array> {
  if (ids.length === 0) return;
  const cache = new KVCache(model.config, model.engine, prompt.length + ids.length);
  try {
    yield forward(model, prompt, { cache, positions: "last" }).data;
    for (let start = 0; start < ids.length - 1; start += ROWS) {
      const fed = ids.slice(start, Math.min(start + ROWS, ids.length - 1));
      const logits = forward(model, fed, { cache });
      for (let row = 0; row < fed.length; row++) yield logits.row(row).data;
    }
  } finally {
    cache.dispose();
  }
}

/** ln p of every token. [V] -> [V] */
export function logProbabilities(logits: Float32Array): Float64Array {
  let max = -Infinity;
  for (const logit of logits) if (logit > max) max = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  const logSum = max + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - logSum);
}
