/**
 * A step: one pass over the next token of every running sequence and over the next chunk of the prompts that are still
 * being read, the earliest first; then each sequence draws its own next token.
 */
import { interruptibleForward, type Model } from "@tsgpt/gpt";
import type { CachePool } from "./cache-pool.ts";
import type { Prefix } from "./kept-prefixes.ts";
import { isReading, isScoring, type Lane } from "./lane.ts";

/** What a lane feeds in a step. */
export interface Feed {
  readonly lane: Lane;
  readonly ids: readonly number[];
  readonly isPrompt: boolean;
  /** Tokens of its prompt that it took from another cache. */
  readonly reused: number;
}

/** What the ready lanes feed, with at most `chunk` tokens of those that read. */
export function planStep(running: readonly Lane[], pool: CachePool, chunk: number): Feed[] {
  let left = chunk;
  const feeds: Feed[] = [];
  for (const lane of running) {
    if (lane.isDelivering || (isReading(lane) && left === 0)) continue;
    const next = isReading(lane) ? nextChunk(lane, left, pool, running) : nextToken(lane);
    if (next.isPrompt) left -= next.ids.length;
    feeds.push(next);
  }
  return feeds;
}

function nextToken(lane: Lane): Feed {
  return { lane, ids: lane.text.history.slice(lane.cache?.length), isPrompt: false, reused: 0 };
}

/** What its text shares with another is copied first, except its last token, whose logits are needed. */
function nextChunk(lane: Lane, most: number, pool: CachePool, running: readonly Lane[]): Feed {
  const { cache, text } = lane;
  if (!cache) throw new Error("a lane without a cache is not running");
  const others = running.filter((other) => other !== lane).map(prefixOf);
  const reused = isScoring(lane) ? 0 : pool.reuse(text.history.slice(0, -1), cache, others);
  const ids = text.history.slice(cache.length, cache.length + most);
  return { lane, ids, isPrompt: true, reused };
}

/** The cache of a running lane, with the ids in it. */
export function prefixOf({ text, cache }: Lane): Prefix {
  if (!cache) throw new Error("a lane without a cache has no prefix");
  return { ids: text.history.slice(0, cache.length), cache };
}

/** Memory that every step uses again. */
export interface StepMemory {
  /** The logits of a pass. */
  logits: Float32Array;
  /** Those that a sampler may modify, [V]. */
  readonly draft: Float32Array;
  /** The same before it does, [V]: one for all lanes, of which many may wait. */
  readonly raw: Float32Array;
}

export function stepMemory({ config }: Model): StepMemory {
  const row = () => new Float32Array(config.vocabSize);
  return { logits: new Float32Array(0), draft: row(), raw: row() };
}

/**
 * Feeds the lanes in one pass. Returns the logits of each one's ids, or only of its last one. [rows, V] each
 * @throws what `forwardBatch` throws
 */
export async function feed(model: Model, feeds: readonly Feed[], memory: StepMemory): Promise<Float32Array[]> {
  const { vocabSize } = model.config;
  const needsAll = feeds.some(({ lane }) => isScoring(lane));
  const rows = feeds.map(({ ids }) => (needsAll ? ids.length : 1));
  const size = vocabSize * rows.reduce((sum, count) => sum + count, 0);
  if (memory.logits.length < size) memory.logits = new Float32Array(size);
  const into = memory.logits.subarray(0, size);
  const sequences = feeds.map(({ lane, ids }) => ({ ids, cache: lane.cache }));
  await interruptibleForward(model, sequences, { positions: needsAll ? "all" : "last", into }, undefined);
  let begin = 0;
  return rows.map((count) => {
    const own = into.subarray(begin * vocabSize, (begin + count) * vocabSize);
    begin += count;
    return own;
  });
}

/** A token was drawn; `taken` resolves when the client has taken it. */
export interface Drawn {
  readonly taken: void | Promise<void>;
}

/**
 * Hands the logits of a lane's ids to it, and draws its next token once its text is read. Returns what `onToken` did,
 * undefined if nothing was drawn.
 */
export function advance({ lane, ids }: Feed, logits: Float32Array, { draft }: StepMemory): Drawn | undefined {
  const { submission, text, cache } = lane;
  const rowOf = (index: number) => logits.subarray(index * draft.length, (index + 1) * draft.length);
  if (isScoring(lane)) for (const [i] of ids.entries()) submission.onPromptLogits?.(lane.scored++, rowOf(i));
  if (cache?.length !== text.history.length || text.remainingTokens() === 0) return undefined;
  const last = rowOf(logits.length / draft.length - 1);
  draft.set(last);
  return { taken: submission.onToken(text.next(draft, submission.sample), last) };
}
