/**
 * Batches from a stream of tokens: it is cut into windows of T + 1 ids, the last of one being the first of the next, so
 * that each token is a target once; each epoch uses every window once, in a new random order. What is left when windows
 * are cut, fewer than T ids, is skipped at either end of the stream, at random in each epoch.
 */
import { checkOptions, createGenerator, type Generator, required } from "@tsgpt/numeric";
import { checkCount } from "../check-range.ts";
import type { BatchPosition, BatchSource } from "./batch-source.ts";
import { DataError } from "./data-error.ts";
import { digestOf } from "./digest.ts";
import { checkPosition } from "./position.ts";
import { nextBelow, shuffle } from "./shuffle.ts";
import type { TokenIds } from "./token-stream.ts";

/** How a stream of ids becomes batches. */
export interface WindowOptions {
  /** T. */
  readonly context: number;
  /** B. */
  readonly batchSize: number;
  /** Determines the order of all epochs. 1 by default. */
  readonly seed?: number | undefined;
}

/**
 * A source without an end. A batch at the end of an epoch is filled up from the next one.
 * @throws DataError if the stream has no window; RangeError for an option out of range
 */
export function windowBatches(ids: TokenIds, options: WindowOptions): BatchSource {
  checkOptions("windowBatches", options, {
    context: required("number"),
    batchSize: required("number"),
    seed: "number",
  });
  const { context, batchSize, seed = 1 } = options;
  checkCount("windowBatches", "context", context);
  checkCount("windowBatches", "batchSize", batchSize);
  const windows = Math.floor((ids.length - 1) / context);
  if (windows < 1) throw new DataError(tooShort(ids.length, context));
  const slack = (ids.length - 1) % context;
  const data = { kind: "windows", tokens: ids.length, context, digest: digestOf(ids) };
  let epoch = epochOf(createGenerator(seed), windows, slack);
  let number = 0;
  let used = 0;
  const nextWindow = () => {
    if (used === windows) {
      epoch = epochOf(epoch.after, windows, slack);
      number++;
      used = 0;
    }
    const start = epoch.offset + (epoch.order[used++] as number) * context;
    return ids.subarray(start, start + context + 1);
  };
  return {
    batchSize,
    context,
    tokensPerEpoch: windows * context,
    next: async () => Array.from({ length: batchSize }, nextWindow),
    position: () => ({ ...data, epoch: number, window: used, generator: [...epoch.before.state] }),
    restore: (position) => {
      const saved = checkPosition(position, data, ["epoch", "window"]);
      const window = saved["window"] as number;
      if (window > windows) throw new RangeError(`restore: window ${window} is beyond the ${windows} of an epoch`);
      epoch = epochOf(savedGenerator(saved), windows, slack);
      number = saved["epoch"] as number;
      used = window;
    },
  };
}

interface Epoch {
  /** Ids that are skipped at the start of the stream. */
  readonly offset: number;
  readonly order: Uint32Array;
  /** The generator at the start of this epoch, and of the next. */
  readonly before: Generator;
  readonly after: Generator;
}

function epochOf(before: Generator, windows: number, slack: number): Epoch {
  const after = { state: before.state.slice() };
  const offset = nextBelow(slack + 1, after);
  const order = Uint32Array.from({ length: windows }, (_, window) => window);
  shuffle(order, after);
  return { offset, order, before, after };
}

/** @throws RangeError unless the state is one of a generator */
function savedGenerator({ generator }: BatchPosition): Generator {
  const words = Array.isArray(generator) ? (generator as unknown[]) : [];
  const areWords = words.every((word) => Number.isInteger(word) && word === (word as number) >>> 0);
  if (words.length !== 4 || !areWords || words.every((word) => word === 0)) {
    const got = JSON.stringify(generator) ?? "nothing";
    throw new RangeError(`restore: the generator must have four words of 32 bits, not all 0, got ${got}`);
  }
  return { state: Uint32Array.from(words as number[]) };
}

function tooShort(tokens: number, context: number): string {
  const most = tokens < 2 ? "" : `, or a context of at most ${tokens - 1}`;
  return `the text has ${tokens} tokens, and context ${context} takes ${context + 1}: give a longer text${most}`;
}

/**
 * All of a stream for an evaluation: windows of up to T + 1 ids in order, each token a target once.
 * @throws DataError if the stream has fewer than two ids
 */
export function consecutiveWindows(ids: TokenIds, context: number): TokenIds[] {
  checkCount("consecutiveWindows", "context", context);
  if (ids.length < 2) throw new DataError(`the text has ${ids.length} tokens; to score one takes 2`);
  const windows = Math.ceil((ids.length - 1) / context);
  return Array.from({ length: windows }, (_, i) => ids.subarray(i * context, (i + 1) * context + 1));
}
