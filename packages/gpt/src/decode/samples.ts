/**
 * Several samples of one prompt: the prompt is processed once, its cache rows are copied for each running sample, and
 * each step is one pass over all of them. When a sample ends, its cache is truncated to the prompt and reused for the
 * next.
 */
import { type Checks, checkOptions, required } from "@tsgpt/numeric";
import { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import {
  checkedBatchSize,
  type LaneSource,
  type LaneToken,
  runConcurrently,
  samplerOf,
} from "./concurrent-sequences.ts";
import {
  type Continuation,
  continuation,
  type FinishReason,
  type GeneratedToken,
  idsToContinue,
  type Sample,
  type TextOptions,
  textOptionChecks,
} from "./continuation.ts";
import { fittingCaches } from "./fitting-caches.ts";

/** How several continuations of one prompt are sampled. */
export interface SamplesOptions extends Omit<TextOptions, "onHeldText"> {
  /** Number of samples. */
  readonly count: number;
  /** The sampler of sample `index`, from 0: each needs its own generator and state. */
  readonly sampleFor: (index: number) => Sample;
  /** Maximum number of concurrent samples; fewer if their caches do not fit. Default 16. */
  readonly batchSize?: number | undefined;
  /** TextOptions.onHeldText, called after the last token of sample `index`. */
  readonly onHeldText?: ((text: string, index: number) => void) | undefined;
}

const CHECKS: Checks<SamplesOptions> = {
  ...textOptionChecks,
  count: required("number"),
  sampleFor: required("function"),
  batchSize: "number",
  onHeldText: "function",
};
const COUNT_CHECKS: Checks<CountOptions> = { count: CHECKS.count, batchSize: CHECKS.batchSize };

/** A token, and the index of its sample. */
export interface SampleToken extends GeneratedToken {
  /** The sample it belongs to, from 0. */
  readonly index: number;
}

/**
 * Yields the tokens of sample 0, then those of sample 1, and so on, as `generate` yields those of one, and returns why
 * each ended.
 * They are drawn concurrently, and tokens of later samples are buffered. With the same sampler the ids are those of
 * `generate`. An abort ends the running samples and all after them.
 * @throws RangeError for a count or batchSize below 1 or not an integer, and what `generate` throws
 */
export function generateSamples(
  model: Model,
  prompt: string | readonly number[],
  options: SamplesOptions,
): AsyncGenerator<SampleToken, FinishReason[]> {
  checkOptions("generateSamples", options, CHECKS);
  const { count } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`generateSamples: count must be a whole number, 1 or more, got ${count}`);
  }
  checkedBatchSize(options.batchSize, "generateSamples");
  const ids = idsToContinue(model, prompt, { ...options, onHeldText: undefined }, "generateSamples");
  const begin = (onHeldText?: (text: string) => void) =>
    continuation(model, ids, { ...options, onHeldText }, "generateSamples");
  const capacity = ids.length + begin().remainingTokens(); // validates stop strings too
  return samples(model, ids, begin, capacity, options);
}

/** The number of samples, and how many of them may run at once. */
export interface CountOptions extends Pick<SamplesOptions, "count" | "batchSize"> {}

/** How many samples of `capacity` tokens, prompt included, run at once. @throws RangeError for an invalid option */
export function samplesAtOnce(model: Model, capacity: number, options: CountOptions): number {
  checkOptions("samplesAtOnce", options, COUNT_CHECKS);
  return atOnceOf(model, capacity, options);
}

function atOnceOf(model: Model, capacity: number, { count, batchSize }: CountOptions): number {
  return fittingCaches(model, capacity, Math.min(count, checkedBatchSize(batchSize, "samplesAtOnce")));
}

/** A sample's text, before its first token. */
type Begin = (onHeldText?: (text: string) => void) => Continuation;

async function* samples(
  model: Model,
  prompt: readonly number[],
  begin: Begin,
  capacity: number,
  options: SamplesOptions,
): AsyncGenerator<SampleToken, FinishReason[]> {
  const { count, signal } = options;
  const caches: KVCache[] = [];
  try {
    const atOnce = atOnceOf(model, capacity, options);
    while (caches.length < atOnce) caches.push(new KVCache(model.config, model.engine, capacity));
    const [first, ...others] = caches as [KVCache, ...KVCache[]];
    const sequence = { ids: prompt, cache: first };
    const prefill = await interruptibleForward(model, [sequence], { positions: "last" }, signal);
    if (!prefill) return new Array<FinishReason>(count).fill("abort");
    for (const cache of others) cache.copyFrom(first, 0);
    const ended: Ended = { reasons: [], heldTexts: [] };
    const task = { ...options, begin, caches, known: prefill.data, promptLength: prompt.length, ended };
    yield* inOrder(runConcurrently(model, sampleSource(task), signal), ended, options);
    return ended.reasons;
  } finally {
    for (const cache of caches) cache.dispose();
  }
}

/** Why each sample ended, and the text it held back then. */
interface Ended {
  readonly reasons: FinishReason[];
  readonly heldTexts: string[];
}

interface SampleTask extends SamplesOptions {
  readonly begin: Begin;
  /** Each contains the prompt. */
  readonly caches: readonly KVCache[];
  /** The logits after the prompt, [V]. */
  readonly known: Float32Array;
  readonly promptLength: number;
  readonly ended: Ended;
}

function sampleSource(task: SampleTask): LaneSource {
  const { count, sampleFor, signal, begin, caches, known, promptLength, ended } = task;
  const free = [...caches];
  let next = 0;
  /** Undefined if there is nothing to draw. */
  const textOf = (sequence: number): Continuation | undefined => {
    const onHeldText = (held: string) => {
      ended.heldTexts[sequence] = held;
    };
    const text = signal?.aborted ? undefined : begin(onHeldText);
    const reason = text ? text.ended() : "abort";
    if (reason) ended.reasons[sequence] = reason;
    return reason ? undefined : text;
  };
  return {
    begin: () => {
      while (next < count && free.length > 0) {
        const sequence = next++;
        const text = textOf(sequence); // holds a row of logits
        if (!text) continue;
        const sample = samplerOf("generateSamples", sampleFor, sequence);
        return { sequence, text, sample, cache: free.pop() as KVCache, known: known.slice() };
      }
      return undefined;
    },
    end: ({ sequence, cache }, reason) => {
      ended.reasons[sequence] = reason;
      cache.truncate(promptLength);
      free.push(cache);
    },
    fail: (_, error) => {
      throw error;
    },
  };
}

/**
 * Reorders tokens by sequence: those of sequence 0, then 1, and so on, each with its held-back text; early ones are
 * buffered.
 */
async function* inOrder(
  run: AsyncGenerator<LaneToken, void>,
  { reasons, heldTexts }: Ended,
  { count, onHeldText }: SamplesOptions,
): AsyncGenerator<SampleToken, void> {
  const waiting = Array.from({ length: count }, (): SampleToken[] => []);
  let index = 0;
  const handOver = () => {
    const text = waiting[index]?.length === 0 ? heldTexts[index] : undefined;
    if (text !== undefined) onHeldText?.(text, index);
  };
  try {
    for await (const { sequence, token } of run) {
      waiting[sequence]?.push({ ...token, index: sequence });
      for (; index < count; index++) {
        yield* taken(waiting[index]);
        if (!reasons[index]) break;
        handOver();
      }
    }
    for (; index < count; index++) {
      yield* taken(waiting[index]);
      handOver();
    }
  } finally {
    handOver(); // of an aborted sample
  }
}

/** The tokens, each removed as it is yielded. */
function* taken(tokens: SampleToken[] = []): Generator<SampleToken, void> {
  for (let token = tokens.shift(); token; token = tokens.shift()) yield token;
}
