/** How probable the model finds a story. */
import { eosTokenIds, forward, KVCache, logSumOfExp, type Model } from "@tsgpt/gpt";
import type { StoryToken } from "./completion.ts";
import { topOf } from "./recorder.ts";

/** Mean ln p of the tokens under the raw logits, in nats: a beam's score at length penalty 1. 0 without tokens. */
export function meanLogprob(tokens: readonly StoryToken[]): number {
  return tokens.length === 0 ? 0 : tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
}

const ROWS = 32; // a pass computes so many rows of V logits at a time

/** The tokens of several continuations with their text and what the model gives them, by feeding all once more. */
export function withLogprobs(
  model: Model,
  prompt: readonly number[],
  texts: readonly (readonly number[])[],
  logprobs: number | undefined,
): StoryToken[][] {
  const longest = Math.max(0, ...texts.map((ids) => ids.length));
  if (longest === 0) return texts.map(() => []);
  const cache = new KVCache(model.config, model.engine, prompt.length + longest);
  try {
    const first = forward(model, prompt, { cache, positions: "last" }).data.slice();
    return texts.map((ids) => {
      cache.truncate(prompt.length);
      return storyTokens(model, prompt.length, ids, rowsBefore(model, cache, first, ids), logprobs);
    });
  } finally {
    cache.dispose();
  }
}

function storyTokens(
  { tokenizer, config }: Model,
  start: number,
  ids: readonly number[],
  rows: Generator<Float32Array>,
  logprobs: number | undefined,
): StoryToken[] {
  const decoder = tokenizer?.streamingDecoder();
  return Array.from(rows, (logits, i) => {
    const id = ids[i] as number;
    const last = i === ids.length - 1;
    const isEos = last && eosTokenIds(config).includes(id);
    const text = decoder ? (isEos ? "" : decoder.push(id)) + (last ? decoder.end() : "") : "";
    const logprob = (logits[id] as number) - logSumOfExp(logits, start + i, "withLogprobs");
    return { id, text, logprob, position: start + i, ...topOf(logits, start + i, logprobs) };
  });
}

/** The logits before each of `ids`, [V] each; the cache holds the prompt, whose last logits are `first`. */
function* rowsBefore(
  model: Model,
  cache: KVCache,
  first: Float32Array,
  ids: readonly number[],
): Generator<Float32Array> {
  if (ids.length > 0) yield first;
  for (let start = 0; start < ids.length - 1; start += ROWS) {
    const fed = ids.slice(start, Math.min(start + ROWS, ids.length - 1));
    const logits = forward(model, fed, { cache });
    for (let row = 0; row < fed.length; row++) yield logits.row(row).data;
  }
}
