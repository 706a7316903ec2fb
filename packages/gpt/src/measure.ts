/**
 * Speed: how many tokens a second a model reads (prefill) and writes (decode), and what one token costs at each position,
 * with and without a KV cache, in milliseconds, multiply-adds and bytes. Nothing is sampled: the next id is the largest
 * logit's. Time in which the event loop had its turn is not counted.
 */
import { argmax, type Tensor, type Weight } from "@tsgpt/tensor";
import type { GPT2Config } from "./config.ts";
import { ContextOverflowError } from "./errors.ts";
import { eventLoopTurn } from "./event-loop.ts";
import { KVCache } from "./kv-cache.ts";
import { forwardByLayer, type Model } from "./model.ts";

export interface MeasureOptions {
  /** Tokens fed in one pass, from an empty cache. */
  readonly promptTokens?: number | undefined;
  /** Single-token steps of a decode run. */
  readonly newTokens?: number | undefined;
  /** Tokens in the cache before the first step. */
  readonly depth?: number | undefined;
  /** False: every step recomputes the whole text. */
  readonly useCache?: boolean | undefined;
  readonly runs?: number | undefined;
  /** Runs before the first that counts, for the compiler and the memory. */
  readonly warmups?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each run that counts, from 1. */
  readonly onRun?: ((run: number, runs: number) => void) | undefined;
}

/** Tokens per second. */
export interface Speed {
  readonly mean: number;
  readonly median: number;
  /** Of the runs, as a sample: the sum of squares is divided by one less than their number; 0 for a single run. */
  readonly standardDeviation: number;
  readonly runs: readonly number[];
}

export interface GenerationSpeed {
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly depth: number;
  readonly useCache: boolean;
  readonly prefill: Speed;
  readonly decode: Speed;
}

export interface PositionOptions {
  readonly useCache: boolean;
  /** Measurements of each position, of which the median is taken. */
  readonly runs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPosition?: ((done: number, count: number) => void) | undefined;
}

export interface PositionTime {
  /** From 1: how many tokens the text has, the one fed included. */
  readonly position: number;
  /** Median of the runs. */
  readonly milliseconds: number;
}

/**
 * Prefill and decode speed of a model, in tokens per second.
 * @throws RangeError for a count that cannot be; ContextOverflowError if the tokens do not fit; the signal's reason
 */
export async function measureGeneration(model: Model, options: MeasureOptions = {}): Promise<GenerationSpeed> {
  const { promptTokens = 64, newTokens = 32, depth = 0, useCache = true, runs = 5, warmups = 1, signal } = options;
  for (const [name, value, least] of [
    ["promptTokens", promptTokens, 1],
    ["newTokens", newTokens, 1],
    ["depth", depth, 0],
    ["runs", runs, 1],
    ["warmups", warmups, 0],
  ] as const) {
    checkCount("measureGeneration", name, value, least);
  }
  checkFits(model.config, 0, promptTokens);
  checkFits(model.config, depth, newTokens);
  const cache = useCache
    ? new KVCache(model.config, model.engine, Math.max(promptTokens, depth + newTokens))
    : undefined;
  const prefills: number[] = [];
  const decodes: number[] = [];
  try {
    for (let run = 1 - warmups; run <= runs; run++) {
      const prefill = await prefillMilliseconds(model, promptTokens, cache, signal);
      const decode = await decodeMilliseconds(model, depth, newTokens, cache, signal);
      if (run < 1) continue;
      prefills.push((1000 * promptTokens) / prefill);
      decodes.push((1000 * newTokens) / decode);
      options.onRun?.(run, runs);
    }
  } finally {
    cache?.dispose();
  }
  return { promptTokens, newTokens, depth, useCache, prefill: summarize(prefills), decode: summarize(decodes) };
}

async function prefillMilliseconds(model: Model, count: number, cache: KVCache | undefined, signal?: AbortSignal) {
  cache?.reset();
  return (await timedForward(model, fillerIds(model.config, count), cache, signal)).milliseconds;
}

async function decodeMilliseconds(
  model: Model,
  depth: number,
  steps: number,
  cache: KVCache | undefined,
  signal?: AbortSignal,
): Promise<number> {
  const ids = fillerIds(model.config, depth + 1);
  cache?.reset();
  if (cache && depth > 0) await timedForward(model, ids.slice(0, depth), cache, signal);
  let total = 0;
  for (let step = 0; step < steps; step++) {
    const { milliseconds, logits } = await timedForward(model, cache ? ids.slice(-1) : ids, cache, signal);
    total += milliseconds;
    ids.push(argmax(logits.reshape([logits.size])));
  }
  return total;
}

/**
 * The time of one token at each of `positions`: with a cache, one step behind position - 1 tokens; without, a full pass
 * over all of them. The logits are those of the last position alone in both.
 * @throws RangeError unless the positions are whole numbers from 1 to nPositions, ascending; the signal's reason
 */
export async function measurePositions(
  model: Model,
  positions: readonly number[],
  { useCache, runs = 3, signal, onPosition }: PositionOptions,
): Promise<PositionTime[]> {
  checkCount("measurePositions", "runs", runs, 1);
  checkPositions(model.config, positions);
  const last = positions.at(-1) ?? 1;
  const ids = fillerIds(model.config, last);
  const cache = useCache ? new KVCache(model.config, model.engine, last) : undefined;
  await timedForward(model, ids.slice(0, 1), undefined, signal); // the first pass of all compiles and allocates
  const times: PositionTime[] = [];
  for (const position of positions) {
    const missing = ids.slice(cache?.length, position - 1);
    if (cache && missing.length > 0) await timedForward(model, missing, cache, signal);
    const measured: number[] = [];
    for (let run = 0; run < runs; run++) {
      cache?.truncate(position - 1);
      const fed = ids.slice(cache ? position - 1 : 0, position);
      measured.push((await timedForward(model, fed, cache, signal)).milliseconds);
    }
    times.push({ position, milliseconds: median(measured) });
    onPosition?.(times.length, positions.length);
  }
  return times;
}

/** One pass, the head at the last position alone, and the milliseconds spent in it. */
async function timedForward(
  model: Model,
  ids: readonly number[],
  cache: KVCache | undefined,
  signal: AbortSignal | undefined,
): Promise<{ milliseconds: number; logits: Tensor }> {
  const pass = forwardByLayer(model, ids, { cache, positions: "last" });
  try {
    if (ids.length === 1) await eventLoopTurn(); // a longer pass lets the loop turn between its layers
    for (let milliseconds = 0; ; await (ids.length > 1 ? eventLoopTurn() : undefined)) {
      signal?.throwIfAborted();
      const start = performance.now();
      const step: IteratorResult<number, Tensor> = pass.next();
      milliseconds += performance.now() - start;
      if (step.done) return { milliseconds, logits: step.value };
    }
  } finally {
    pass.return(undefined as never); // gives the scratch memory back if the pass was left
  }
}

/**
 * Multiply-adds that compute the logits after token `position` (from 1), the head at the last position alone.
 * Each token passes L blocks of weights: C x 3C, C x C, C x nInner, nInner x C, so L (4 C^2 + 2 C nInner). The token at
 * position t attends to t keys, C multiply-adds for the scores and C for the weighted sum of each: 2 L C t. The head is V C.
 * With the cache one token is computed: L (4 C^2 + 2 C nInner) + 2 L C p + V C. Without it all p are:
 * p L (4 C^2 + 2 C nInner) + 2 L C (1 + 2 + ... + p) + V C. Left out: layer norms, softmax, gelu, biases.
 */
export function multiplyAddsPerToken(config: GPT2Config, position: number, useCache: boolean): number {
  checkPositions(config, [position]);
  const { nLayer, nEmbd, nInner, vocabSize } = config;
  const weights = nLayer * (4 * nEmbd ** 2 + 2 * nEmbd * nInner);
  const head = vocabSize * nEmbd;
  if (useCache) return weights + 2 * nLayer * nEmbd * position + head;
  return position * weights + nLayer * nEmbd * position * (position + 1) + head;
}

/** Bytes of all weights in memory; a tied head counts once. */
export function weightBytes({ parameters: { wte, wpe, blocks, lnF, lmHead } }: Model): number {
  const weights = new Set<Weight>([wte, wpe, lmHead, lnF.weight, lnF.bias]);
  for (const { ln1, attn, ln2, mlp } of blocks) {
    for (const { weight, bias } of [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj])
      weights.add(weight).add(bias);
  }
  return [...weights].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Ids that differ from token to token; which they are changes no time. */
function fillerIds({ vocabSize }: GPT2Config, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (7919 * (i + 1)) % vocabSize);
}

function summarize(runs: readonly number[]): Speed {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  const squares = runs.reduce((sum, run) => sum + (run - mean) ** 2, 0);
  return { mean, median: median(runs), standardDeviation: Math.sqrt(squares / Math.max(1, runs.length - 1)), runs };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

function checkCount(caller: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${caller}: ${name} must be a whole number, ${least} or more, got ${value}`);
  }
}

function checkFits({ nPositions }: GPT2Config, past: number, adding: number): void {
  if (past + adding > nPositions)
    throw new ContextOverflowError({ past, adding, limit: nPositions, what: "nPositions" });
}

function checkPositions({ nPositions }: GPT2Config, positions: readonly number[]): void {
  let previous = 0;
  for (const position of positions) {
    if (!Number.isInteger(position) || position <= previous || position > nPositions) {
      throw new RangeError(
        `positions must be whole numbers from 1 to nPositions = ${nPositions}, ascending, got ${position} after ${previous}`,
      );
    }
    previous = position;
  }
}
