/**
 * A race with and without a KV cache: the same tokens, drawn with the same seed after the same prompt, once with a
 * cache and once by computing the whole text for every token. The sides take turns, token by token, so that a slow
 * moment of the machine affects both. Only the passes are timed. Texts, cache and random numbers are the race's own.
 */
import { cacheBytes, eosTokenIds, KVCache, type Model, multiplyAddsPerToken } from "@tsgpt/gpt";
import { timedForward } from "@tsgpt/measure";
import { createSampler, type Sampler } from "@tsgpt/sampling";
import type { Engine } from "@tsgpt/tensor";
import type { Lap, RaceEnd, RacePass } from "../protocol/cache.ts";
import { textOf } from "./describe.ts";
import type { Session } from "./session.ts";

export interface RaceOptions {
  readonly seed: number;
  readonly tokens: number;
}

/** One of the two that generate the text. */
interface Side {
  readonly model: Model;
  readonly sampler: Sampler;
  readonly history: number[];
  readonly promptLength: number;
  /** Undefined: the whole text is computed for every token. */
  readonly cache: KVCache | undefined;
}

/**
 * The laps of a race from the prompt of the text, then why it ended. The first pass of each side reads the prompt; a
 * pass before them that is not timed warms up the machine.
 * @throws RangeError for an invalid seed, more tokens than the context has left, or a cache that does not fit in the
 * engine's memory
 */
export async function* race(
  { model, history, promptLength, chain }: Session,
  { seed, tokens }: RaceOptions,
  signal: AbortSignal,
): AsyncGenerator<Lap, RaceEnd> {
  const { config, engine } = model;
  checkTokens(tokens, config.nPositions - promptLength);
  const prompt = history.slice(0, promptLength);
  const side = (cache?: KVCache): Side => {
    return { model, sampler: createSampler(chain, { seed }), history: [...prompt], promptLength, cache };
  };
  const without = side();
  const capacity = promptLength + tokens - 1; // the last token is not fed
  checkMemory(cacheBytes(config, capacity), engine);
  const withCache = side(new KVCache(config, engine, capacity));
  try {
    await timedForward(model, prompt, undefined, signal);
    for (let lap = 0; lap < tokens; lap++) {
      const first = await pass(withCache, signal);
      yield { text: textOf(model.tokenizer, first.id), withCache: first, without: await pass(without, signal) };
      if (eosTokenIds(config).includes(first.id)) return "eos";
    }
    return "length";
  } catch (error) {
    if (signal.aborted) return "cancelled";
    throw error;
  } finally {
    withCache.cache?.dispose();
  }
}

/** Computes what a side does not have in its cache, and draws the next token. */
async function pass({ model, sampler, history, promptLength, cache }: Side, signal: AbortSignal): Promise<RacePass> {
  const ids = history.slice(cache?.length ?? 0);
  const { milliseconds, logits } = await timedForward(model, ids, cache, signal);
  const multiplyAdds = multiplyAddsPerToken(model.config, history.length, ids.length === 1);
  const id = sampler(logits.data, { history, promptLength });
  history.push(id);
  return { id, milliseconds, multiplyAdds };
}

function checkTokens(tokens: number, most: number): void {
  if (most === 0) throw new RangeError("The prompt fills the context, so no token can follow; shorten it");
  if (Number.isInteger(tokens) && tokens >= 1 && tokens <= most) return;
  throw new RangeError(`A race needs 1 to ${most} tokens, as the context has room for ${most} more; got ${tokens}`);
}

function checkMemory(bytes: number, { memory }: Engine): void {
  if (!memory || bytes <= memory.availableBytes) return;
  const [needed, left] = [bytes, memory.availableBytes].map((size) => `${(size / 1e6).toFixed(1)} MB`);
  throw new RangeError(`A race needs ${needed} for a cache of its own, and ${left} are left; let it have fewer tokens`);
}
