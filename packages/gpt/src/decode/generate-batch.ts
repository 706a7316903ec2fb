/**
 * Many prompts at once: each step is one pass over all running sequences, so that the weights are read once for all of
 * them. Each has its own sampler, stop strings and end; a finished one frees its cache, and the next prompt takes its
 * place.
 */
import { type Checks, checkOptions, describeValue, required } from "@tsgpt/numeric";
import { checkModel } from "../check-model.ts";
import { cacheFor } from "../generate.ts";
import type { KVCache } from "../kv-cache.ts";
import { cacheBytes } from "../memory/memory.ts";
import type { Model } from "../model.ts";
import {
  checkedBatchSize,
  type Lane,
  type LaneSource,
  type LaneToken,
  runConcurrently,
  samplerOf,
} from "./concurrent-sequences.ts";
import {
  type Continuation,
  continuation,
  type FinishReason,
  idsToContinue,
  promptKind,
  type Sample,
  type TextOptions,
  textOptionChecks,
} from "./continuation.ts";
import { availableCacheBytes } from "./fitting-caches.ts";

/** A prompt with options of its own, which override those of the batch. */
export interface BatchPrompt extends Omit<TextOptions, "signal" | "onHeldText"> {
  readonly prompt: string | readonly number[];
}

/** How a batch of prompts is continued. */
export interface BatchOptions extends Omit<TextOptions, "onHeldText"> {
  /** The sampler of a sequence, by the index of its prompt: each needs its own generator and state. */
  readonly sampleFor: (sequence: number) => Sample;
  /** Maximum number of concurrent sequences; fewer if their caches do not fit. Default 16. */
  readonly batchSize?: number | undefined;
  /** TextOptions.onHeldText, with the sequence. */
  readonly onHeldText?: ((text: string, sequence: number) => void) | undefined;
  /** Called when a sequence ends, after its last token and held-back text. */
  readonly onEnd?: ((sequence: number, reason: FinishReason) => void) | undefined;
  /** Called with the error of one sequence, which ends; the others continue. By default the error is thrown. */
  readonly onError?: ((sequence: number, error: unknown) => void) | undefined;
}

const { maxTokens, stop, ignoreEos } = textOptionChecks;
const PROMPT_CHECKS: Checks<BatchPrompt> = { prompt: required(promptKind), maxTokens, stop, ignoreEos };
const CHECKS: Checks<BatchOptions> = {
  ...textOptionChecks,
  sampleFor: required("function"),
  batchSize: "number",
  onHeldText: "function",
  onEnd: "function",
  onError: "function",
};

/** A token of a batch, and the sequence it belongs to. */
export type BatchToken = LaneToken;

/**
 * Yields the tokens of all sequences as they come, each sequence's as `generate` yields them, and returns why each
 * ended; undefined after an error. Prompts start in order; an empty list yields nothing.
 * @throws RangeError for a batchSize below 1; without `onError`, what `generate` throws for a prompt, before anything
 * is generated, and later what a sampler throws
 */
export function generateBatch(
  model: Model,
  prompts: readonly (string | readonly number[] | BatchPrompt)[],
  options: BatchOptions,
): AsyncGenerator<BatchToken, (FinishReason | undefined)[]> {
  checkOptions("generateBatch", options, CHECKS);
  checkModel("generateBatch", model);
  if (!Array.isArray(prompts)) {
    throw new RangeError(`generateBatch: the prompts must be a list, got ${describeValue(prompts)}`);
  }
  const batchSize = checkedBatchSize(options.batchSize, "generateBatch");
  const tasks = prompts.map((prompt) => taskOf(prompt, options));
  if (!options.onError)
    for (const [sequence, task] of tasks.entries()) checkedTask(model, task, nameOf(sequence, options));
  return batch(model, tasks, { ...options, batchSize });
}

async function* batch(
  model: Model,
  tasks: readonly BatchPrompt[],
  options: BatchOptions & { readonly batchSize: number },
): AsyncGenerator<BatchToken, (FinishReason | undefined)[]> {
  const reasons = new Array<FinishReason | undefined>(tasks.length).fill(undefined);
  const caches = new Set<KVCache>();
  const onEnd = (sequence: number, reason: FinishReason) => {
    reasons[sequence] = reason;
    options.onEnd?.(sequence, reason);
  };
  try {
    yield* runConcurrently(model, batchSource(model, tasks, { ...options, onEnd, caches }), options.signal);
    return reasons;
  } finally {
    for (const cache of caches) cache.dispose();
  }
}

interface BatchTask extends BatchOptions {
  readonly batchSize: number;
  readonly onEnd: (sequence: number, reason: FinishReason) => void;
  /** Caches of the running sequences. */
  readonly caches: Set<KVCache>;
}

/** A sequence with something to generate. */
interface Entrant {
  readonly sequence: number;
  readonly text: Continuation;
}

function batchSource(model: Model, tasks: readonly BatchPrompt[], options: BatchTask): LaneSource {
  const { batchSize, sampleFor, caches, onEnd, onError } = options;
  const release = (cache: KVCache) => {
    caches.delete(cache);
    cache.dispose();
  };
  const fail = (sequence: number, error: unknown) => {
    if (!onError) throw error;
    onError(sequence, error);
  };
  const laneOf = ({ sequence, text }: Entrant): Lane | undefined => {
    try {
      const sample = samplerOf("generateBatch", sampleFor, sequence);
      const cache = cacheFor(model, text);
      caches.add(cache);
      return { sequence, text, sample, cache };
    } catch (error) {
      fail(sequence, error);
      return undefined;
    }
  };
  const queue = entrants(model, tasks, { ...options, fail });
  return {
    begin: (running) => {
      while (running.length < batchSize) {
        const entrant = queue.first();
        if (!entrant || (running.length > 0 && !fits(model, entrant.text, running, batchSize))) return undefined;
        queue.take();
        const lane = laneOf(entrant);
        if (lane) return lane;
      }
      return undefined;
    },
    end: ({ sequence, cache }, reason) => {
      release(cache);
      onEnd(sequence, reason);
    },
    fail: ({ sequence, cache }, error) => {
      release(cache);
      fail(sequence, error);
    },
  };
}

interface EntrantOptions extends Pick<BatchTask, "onEnd" | "onError" | "onHeldText" | "signal"> {
  readonly fail: (sequence: number, error: unknown) => void;
}

/** The sequences with something to generate, in order; each prompt is checked when its turn comes. */
function entrants(model: Model, tasks: readonly BatchPrompt[], options: EntrantOptions) {
  const { onEnd, onHeldText, signal, fail } = options;
  let next = 0;
  let first: Entrant | undefined;
  const look = (sequence: number): Entrant | undefined => {
    try {
      const [task, by] = [tasks[sequence] as BatchPrompt, nameOf(sequence, options)];
      const held = (text: string) => onHeldText?.(text, sequence);
      const text = continuation(model, checkedTask(model, task, by), { ...task, signal, onHeldText: held }, by);
      const reason = text.ended();
      if (!reason) return { sequence, text };
      onEnd(sequence, reason);
    } catch (error) {
      fail(sequence, error);
    }
    return undefined;
  };
  return {
    first: (): Entrant | undefined => {
      while (!first && next < tasks.length) {
        if (signal?.aborted) onEnd(next++, "abort");
        else first = look(next++);
      }
      return first;
    },
    take: () => {
      first = undefined;
    },
  };
}

/** Whether another text fits: its cache, and a pass over its prompt and the others' tokens. */
function fits(model: Model, text: Continuation, running: readonly Lane[], batchSize: number): boolean {
  const { config } = model;
  const missing = running.reduce((sum, lane) => sum + lane.text.history.length - lane.cache.length, 0);
  if (missing + text.promptLength > config.nPositions + running.length) return false;
  return cacheBytes(config, text.promptLength + text.remainingTokens()) <= availableCacheBytes(model, batchSize);
}

/** A prompt with all its options. */
function taskOf(given: string | readonly number[] | BatchPrompt, options: BatchOptions): BatchPrompt {
  const { maxTokens, stop, ignoreEos } = options;
  return { maxTokens, stop, ignoreEos, ...(isText(given) ? { prompt: given } : given) };
}

function isText(prompt: unknown): prompt is string | readonly number[] {
  return promptKind.holds(prompt);
}

/** The ids of a prompt. @throws what `generate` throws for it */
function checkedTask(model: Model, task: BatchPrompt, by: string): number[] {
  checkOptions(by, task, PROMPT_CHECKS);
  return idsToContinue(model, task.prompt, task, by);
}

/** The prefix of messages; `onError` receives the sequence as a number. */
function nameOf(sequence: number, { onError }: Pick<BatchOptions, "onError">): string {
  return onError ? "generateBatch" : `generateBatch: sequence ${sequence}`;
}
