/** Log-probabilities of finished continuations under the model. */
import { eosTokenIds, forward, forwardBatch, KVCache, logSumOfExp, type Model } from "@tsgpt/gpt";
import type { CompletionToken } from "./completion.ts";
import { topOf } from "./recorder.ts";

/** Mean ln p of the tokens under the raw logits, in nats: a beam's score at length penalty 1. 0 without tokens. */
export function meanLogprob(tokens: readonly CompletionToken[]): number {
  return tokens.length === 0 ? 0 : tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
}

const ROWS = 32; // of V logits each; a pass computes at most this many, or one for each continuation

/** A continuation of which the first `tokens.length` tokens have their logits. */
interface Continuation {
  readonly ids: readonly number[];
  readonly tokens: CompletionToken[];
  readonly take: (logits: Float32Array) => void;
}

/**
 * The tokens of several continuations of a prompt, with their text and log-probabilities: the prompt is processed
 * once, and the continuations as one batch. `logprobs` is how many of the most probable tokens are recorded at each
 * position.
 */
export function withLogprobs(
  model: Model,
  prompt: readonly number[],
  texts: readonly (readonly number[])[],
  logprobs: number | undefined,
): CompletionToken[][] {
  const continuations = texts.map((ids) => continuationOf(model, prompt.length, ids, logprobs));
  const longest = Math.max(0, ...texts.map((ids) => ids.length));
  if (longest === 0) return continuations.map(({ tokens }) => tokens);
  const caches = [new KVCache(model.config, model.engine, prompt.length + longest)];
  try {
    const [first] = caches as [KVCache];
    const { data: logits } = forward(model, prompt, { cache: first, positions: "last" });
    for (const { ids, take } of continuations) if (ids.length > 0) take(logits);
    while (caches.length < texts.length) caches.push(first.fork(prompt.length));
    feedAll(model, continuations, caches);
    return continuations.map(({ tokens }) => tokens);
  } finally {
    for (const cache of caches) cache.dispose();
  }
}

/** Feeds the continuations, each into its cache, until all of their tokens have logits. */
function feedAll(model: Model, continuations: readonly Continuation[], caches: readonly KVCache[]): void {
  for (;;) {
    const open = continuations.filter(({ ids, tokens }) => tokens.length < ids.length);
    if (open.length === 0) return;
    const share = Math.max(1, Math.floor(ROWS / open.length));
    const sequences = open.map((continuation) => {
      const { ids, tokens } = continuation;
      const start = tokens.length - 1; // the last token that has logits has not been fed
      const cache = caches[continuations.indexOf(continuation)];
      return { ids: ids.slice(start, Math.min(start + share, ids.length - 1)), cache };
    });
    const logits = forwardBatch(model, sequences); // [sum of T, V]
    const owners = sequences.flatMap(({ ids }, i) => ids.map(() => open[i] as Continuation));
    for (const [row, { take }] of owners.entries()) take(logits.row(row).data);
  }
}

function continuationOf(
  { tokenizer, config }: Model,
  start: number,
  ids: readonly number[],
  logprobs: number | undefined,
): Continuation {
  const decoder = tokenizer?.streamingDecoder();
  const tokens: CompletionToken[] = [];
  const take = (logits: Float32Array) => {
    const i = tokens.length;
    const id = ids[i] as number;
    const last = i === ids.length - 1;
    const isEos = last && eosTokenIds(config).includes(id);
    const text = decoder ? (isEos ? "" : decoder.push(id)) + (last ? decoder.end() : "") : "";
    const logprob = (logits[id] as number) - logSumOfExp(logits, start + i, "withLogprobs");
    tokens.push({ id, text, logprob, position: start + i, ...topOf(logits, start + i, logprobs) });
  };
  return { ids, tokens, take };
}
