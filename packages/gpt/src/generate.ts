/**
 * Generation: prefill the prompt in one pass, then draw a token, feed it, and again, until something ends it.
 * How a token is chosen is the caller's affair: `sample` is given the logits and all ids so far.
 */
import type { Tensor } from "@tsgpt/tensor";
import { ContextOverflowError } from "./errors.ts";
import { eventLoopTurn } from "./event-loop.ts";
import { KVCache } from "./kv-cache.ts";
import { type ForwardOptions, forwardByLayer, type Model } from "./model.ts";
import { stopStrings } from "./stop-strings.ts";

export interface SampleContext {
  /** All ids so far, prompt included. */
  readonly history: readonly number[];
  /** How many of them are the prompt's. */
  readonly promptLength: number;
}

/** Chooses the next id from the logits [V], which are its own to change. */
export type Sample = (logits: Float32Array, context: SampleContext) => number;

export interface GenerateOptions {
  readonly sample: Sample;
  /** At most so many tokens; without a limit, up to the end of the context. */
  readonly maxTokens?: number | undefined;
  /** Strings that end the text; they are not emitted. Need a tokenizer. */
  readonly stop?: readonly string[] | undefined;
  /** Go on past the end-of-text token. */
  readonly ignoreEos?: boolean | undefined;
  /** False: no KV cache, every step recomputes the whole text. The ids are the same, the time is not. */
  readonly useCache?: boolean | undefined;
  /** A cache of the caller's, emptied first; without one, generate makes its own, just large enough, and disposes of it. */
  readonly cache?: KVCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GeneratedToken {
  readonly id: number;
  /** Text that can be shown now: "" while a character or a possible stop string is incomplete, and without a tokenizer. */
  readonly text: string;
  /** ln p(id) under the raw logits, in nats, before any sampling step. */
  readonly logprob: number;
  /** Index of the token in the whole sequence. */
  readonly position: number;
}

export type FinishReason = "eos" | "length" | "stop" | "context" | "abort";

/**
 * Yields the continuation of a prompt token by token, the end-of-text token included (its text is empty), and returns
 * what ended it. "context": the sequence has reached nPositions. Prompt and options are checked before it returns.
 * @throws ContextOverflowError for a prompt longer than nPositions; RangeError for a prompt or option that cannot be;
 * Error naming the position where logits are NaN or infinite
 */
export function generate(
  model: Model,
  prompt: string | readonly number[],
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, FinishReason> {
  const ids = promptIds(model, prompt);
  const limit = checkLimits(model, ids, options);
  return steps(model, ids, limit, textStream(model, options.stop ?? []), options);
}

async function* steps(
  model: Model,
  history: number[],
  limit: number,
  show: TextStream,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, FinishReason> {
  const { sample, signal, ignoreEos = false } = options;
  const promptLength = history.length;
  const cache = options.useCache === false ? undefined : (options.cache ?? cacheFor(model, promptLength, limit));
  cache?.reset();
  try {
    for (let count = 0; ; ) {
      if (count >= limit) return "length";
      if (history.length >= model.config.nPositions) return "context";
      if (signal?.aborted) return "abort";
      const logits = await nextLogits(model, cache ? history.slice(cache.length) : history, cache, signal);
      if (!logits) return "abort";
      const logSum = logSumOfExp(logits, history.length);
      const raw = logits.slice();
      const id = sample(logits, { history, promptLength });
      if (!(id in raw)) throw new RangeError(`generate: sample chose id ${id}; ids go from 0 to ${raw.length - 1}`);
      const position = history.length;
      history.push(id);
      count++;
      const ended = id === model.config.eosTokenId && !ignoreEos;
      const last = count >= limit || history.length >= model.config.nPositions;
      const { text, stopped } = show(ended ? undefined : id, ended || last);
      yield { id, text, logprob: (raw[id] as number) - logSum, position };
      if (ended) return "eos";
      if (stopped) return "stop";
      await eventLoopTurn();
    }
  } finally {
    if (cache !== options.cache) cache?.dispose();
  }
}

/**
 * The ids of a prompt; of an empty one, the model's begin- or end-of-text id alone.
 * @throws RangeError if text is given without a tokenizer, or nothing is given and the model has no such id
 */
export function promptIds({ tokenizer, config, name }: Model, prompt: string | readonly number[]): number[] {
  if (typeof prompt === "string" && prompt !== "" && !tokenizer) {
    throw new RangeError(`generate: model "${name}" has no tokenizer.json, so a prompt must be given as token ids`);
  }
  const ids = typeof prompt === "string" ? (prompt === "" ? [] : (tokenizer?.encode(prompt) ?? [])) : [...prompt];
  if (ids.length > 0) return ids;
  const start = config.bosTokenId ?? config.eosTokenId;
  if (start === undefined) {
    throw new RangeError(`generate: the prompt is empty and model "${name}" has no bos or eos token to start from`);
  }
  return [start];
}

/** The largest number of tokens to generate. @throws RangeError or ContextOverflowError */
function checkLimits({ config, tokenizer }: Model, ids: readonly number[], options: GenerateOptions): number {
  const { maxTokens = Number.POSITIVE_INFINITY, stop = [] } = options;
  if (maxTokens !== Number.POSITIVE_INFINITY && (!Number.isInteger(maxTokens) || maxTokens < 0)) {
    throw new RangeError(`generate: maxTokens must be a whole number, 0 or more, got ${maxTokens}`);
  }
  if (stop.length > 0 && !tokenizer) throw new RangeError("generate: stop strings need a model with a tokenizer");
  const unknown = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (unknown !== undefined) {
    throw new RangeError(`generate: token id ${unknown} is out of range; ids go from 0 to ${config.vocabSize - 1}`);
  }
  if (ids.length > config.nPositions) {
    throw new ContextOverflowError({ past: 0, adding: ids.length, limit: config.nPositions, what: "nPositions" });
  }
  checkCache(options, ids.length, Math.min(maxTokens, config.nPositions - ids.length));
  return maxTokens;
}

function checkCache({ cache, useCache }: GenerateOptions, past: number, adding: number): void {
  if (!cache) return;
  if (useCache === false)
    throw new RangeError("generate: useCache is false, and a cache is given; leave one of them out");
  if (past + adding > cache.capacity) {
    throw new ContextOverflowError({ past, adding, limit: cache.capacity, what: "cache capacity" });
  }
}

function cacheFor({ config, engine }: Model, promptLength: number, limit: number): KVCache {
  return new KVCache(config, engine, Math.min(config.nPositions, promptLength + limit));
}

/** Logits after the last id, [V]; undefined if aborted, which is looked for between layers. */
async function nextLogits(model: Model, ids: readonly number[], cache: KVCache | undefined, signal?: AbortSignal) {
  const options: ForwardOptions = { cache, positions: "last" };
  const pass = forwardByLayer(model, ids, options);
  for (;;) {
    const step: IteratorResult<number, Tensor> = pass.next();
    if (step.done) return step.value.data;
    if (ids.length > 1) await eventLoopTurn(); // one token is over before anyone could notice
    if (signal?.aborted) {
      pass.return(undefined as never);
      return undefined;
    }
  }
}

/** ln of the sum of exp(logits). @throws Error if it is no number: a logit is NaN or Infinity, or all are -Infinity */
function logSumOfExp(logits: Float32Array, position: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > max) max = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  if (Number.isNaN(sum)) {
    const what = logits.some(Number.isNaN) ? "NaN" : "infinite";
    throw new Error(`generate: the logits at position ${position} are ${what}; check the weights`);
  }
  return max + Math.log(sum);
}

/** Ids in, text that can be shown out; `final` releases what was held back. */
type TextStream = (id: number | undefined, final: boolean) => { text: string; stopped: boolean };

/** @throws RangeError for an empty stop string */
function textStream({ tokenizer }: Model, stop: readonly string[]): TextStream {
  const decoder = tokenizer?.streamingDecoder();
  const stops = stopStrings(stop);
  return (id, final) => {
    const decoded = (id === undefined ? "" : (decoder?.push(id) ?? "")) + (final ? (decoder?.end() ?? "") : "");
    const { text, stopped } = stops.push(decoded);
    return { text: final && !stopped ? text + stops.end() : text, stopped };
  };
}
