/**
 * Generation: prefill the prompt in one pass, then draw a token and feed it until something ends the text.
 * The caller chooses tokens: `sample` receives the logits and all ids so far.
 */
import { type Checks, checkOptions, objectWith, required } from "@tsgpt/numeric";
import {
  type Continuation,
  continuation,
  type FinishReason,
  type GeneratedToken,
  idsToContinue,
  type Sample,
  type TextOptions,
  textOptionChecks,
} from "./decode/continuation.ts";
import { ContextOverflowError } from "./errors.ts";
import { KVCache } from "./kv-cache.ts";
import type { Model } from "./model.ts";
import { yieldToEventLoop } from "./pass/event-loop.ts";
import { interruptibleForward } from "./pass/interruptible-forward.ts";

/** How tokens are chosen, when the text ends, and which cache it uses. */
export interface GenerateOptions extends TextOptions {
  readonly sample: Sample;
  /** False disables the KV cache: every step recomputes the whole text. The ids are the same, the time is not. */
  readonly useCache?: boolean | undefined;
  /**
   * A cache to use, which is reset first; by default, generate creates one of the needed capacity and disposes of it.
   */
  readonly cache?: KVCache | undefined;
}

const CHECKS: Checks<GenerateOptions> = {
  ...textOptionChecks,
  sample: required("function"),
  useCache: "boolean",
  cache: objectWith("a KVCache", "truncate", "capacity"),
};

/**
 * Yields the continuation of a prompt token by token, including the end-of-text token (its text is empty), and returns
 * why it ended. "context": the sequence has reached nPositions. Prompt and options are checked before it returns.
 * @throws ContextOverflowError for a prompt longer than nPositions; RangeError for an invalid prompt or option; Error
 * naming the position where logits are NaN or infinite
 */
export function generate(
  model: Model,
  prompt: string | readonly number[],
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, FinishReason> {
  checkOptions("generate", options, CHECKS);
  const text = continuation(model, idsToContinue(model, prompt, options, "generate"), options, "generate");
  checkCache(options, text);
  return drawTokens(model, text, options);
}

/** Prefill, then draw and feed until something ends the text; returns what did. */
async function* drawTokens(
  model: Model,
  text: Continuation,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, FinishReason> {
  const cache = options.useCache === false ? undefined : (options.cache ?? cacheFor(model, text));
  const into = new Float32Array(model.config.vocabSize);
  const feed = (ids: readonly number[]) =>
    interruptibleForward(model, [{ ids, cache }], { positions: "last", into }, options.signal);
  cache?.reset();
  try {
    let ids: readonly number[] = text.history; // prefill: the whole prompt in one pass
    for (;;) {
      const reason = text.ended();
      if (reason) return reason; // stop
      const logits = await feed(ids);
      if (!logits) return "abort";
      const token = text.next(logits.data, options.sample); // draw
      yield token;
      ids = cache ? [token.id] : text.history; // feed the new token, or, without a cache, the whole text again
      await yieldToEventLoop();
    }
  } finally {
    text.release();
    if (cache !== options.cache) cache?.dispose();
  }
}

/** A cache of the capacity that a text needs. @throws EngineError if the engine has no memory for it */
export function cacheFor({ config, engine }: Model, text: Continuation): KVCache {
  return new KVCache(config, engine, text.history.length + text.remainingTokens());
}

function checkCache({ cache, useCache }: GenerateOptions, text: Continuation): void {
  if (!cache) return;
  if (useCache === false)
    throw new RangeError("generate: useCache is false, and a cache is given; leave one of them out");
  const past = text.promptLength;
  if (past + text.remainingTokens() > cache.capacity) {
    throw new ContextOverflowError({
      past,
      adding: text.remainingTokens(),
      limit: cache.capacity,
      what: "cache capacity",
    });
  }
}
