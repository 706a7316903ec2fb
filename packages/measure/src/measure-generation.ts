/**
 * Measures how many tokens a second a model reads (prefill) and writes (decode), compared with the machine's limits.
 * Nothing is sampled: the next id is the argmax. Time spent yielding to the event loop is not counted.
 */
import {
  ContextOverflowError,
  type GPT2Config,
  KVCache,
  type Model,
  promptOverflow,
  weightBytesPerStep,
} from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, median } from "@tsgpt/numeric";
import { argmax } from "@tsgpt/tensor";
import { type LimitPasses, type Limits, limitPasses } from "./limit-passes.ts";
import { checkCounts, fillerIds, timedForward } from "./timed-forward.ts";

/** How much is read and written, and how often. */
export interface MeasureOptions {
  /** Tokens fed in one pass, from an empty cache. */
  readonly promptTokens?: number | undefined;
  /** Single-token steps per decode run. */
  readonly newTokens?: number | undefined;
  /** Tokens in the cache before the first step. */
  readonly depth?: number | undefined;
  /** False: every step recomputes the whole text. */
  readonly useCache?: boolean | undefined;
  readonly runs?: number | undefined;
  /** Unmeasured runs first, to warm up the compiler and the memory. */
  readonly warmups?: number | undefined;
  /** Also measure the machine's limits, after each step and between runs, if the engine supports it. */
  readonly limits?: boolean | undefined;
  /** Returns the bytes of JavaScript heap in use, to measure how many a step allocates. */
  readonly heapUsed?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after the first full run, before the limits allocate memory. */
  readonly onWarm?: (() => void) | undefined;
  /** Called after each measured run, from 1. */
  readonly onRun?: ((run: number, runs: number) => void) | undefined;
}

const CHECKS: Checks<MeasureOptions> = {
  promptTokens: "number",
  newTokens: "number",
  depth: "number",
  useCache: "boolean",
  runs: "number",
  warmups: "number",
  limits: "boolean",
  heapUsed: "function",
  signal: abortSignal,
  onWarm: "function",
  onRun: "function",
};

/** Tokens per second. */
export interface Speed {
  readonly mean: number;
  readonly median: number;
  /** Sample standard deviation (n - 1) of the runs; 0 for a single run. */
  readonly standardDeviation: number;
  readonly runs: readonly number[];
}

/** How fast a model reads and writes. */
export interface GenerationSpeed {
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly depth: number;
  readonly useCache: boolean;
  readonly prefill: Speed;
  readonly decode: Speed;
  /** Undefined unless asked for and supported by the engine. */
  readonly limits: Limits | undefined;
  /**
   * Median over the steps of the ratio between the rate of weight bytes in a step and in the read pass right after it;
   * undefined like `limits`.
   */
  readonly shareOfReadLimit: number | undefined;
  /** JavaScript heap bytes allocated per step, measured after the runs; undefined unless asked for. */
  readonly heapBytesPerStep: number | undefined;
}

/**
 * Prefill and decode speed of a model, in tokens per second.
 * @throws RangeError for an invalid count; ContextOverflowError if the tokens do not fit; the signal's reason
 */
export async function measureGeneration(model: Model, options: MeasureOptions = {}): Promise<GenerationSpeed> {
  checkOptions("measureGeneration", options, CHECKS);
  const { promptTokens = 64, newTokens = 32, depth = 0, useCache = true, runs = 5, warmups = 1, signal } = options;
  checkCounts({ promptTokens, newTokens, runs }, 1);
  checkCounts({ depth, warmups }, 0);
  const { nPositions } = model.config;
  if (promptTokens > nPositions) throw promptOverflow("measuring", promptTokens, nPositions);
  checkFits(model.config, depth, newTokens);
  const cache = useCache
    ? new KVCache(model.config, model.engine, Math.max(promptTokens, depth + newTokens))
    : undefined;
  const prefills: number[] = [];
  const decodes: number[] = [];
  const heap = options.heapUsed && heapGrowth(options.heapUsed);
  let limits: LimitPasses | undefined;
  const afterStep = (milliseconds?: number) => milliseconds !== undefined && limits?.afterStep(milliseconds);
  const once = async () => {
    prefills.push((1000 * promptTokens) / (await prefillMilliseconds(model, promptTokens, cache, signal)));
    decodes.push((1000 * newTokens) / (await decodeMilliseconds(model, depth, newTokens, cache, signal, afterStep)));
  };
  try {
    for (let run = 0; run < warmups; run++) await once();
    prefills.length = decodes.length = 0;
    options.onWarm?.();
    if (options.limits) limits = limitPasses(model.engine, weightBytesPerStep(model));
    for (let run = 1; run <= runs; run++) {
      limits?.betweenRuns();
      await once();
      options.onRun?.(run, runs);
    }
    if (heap) await decodeMilliseconds(model, depth, newTokens, cache, signal, heap.ask);
    return {
      ...{ promptTokens, newTokens, depth, useCache, prefill: summarize(prefills), decode: summarize(decodes) },
      limits: limits?.limits(),
      shareOfReadLimit: limits?.shareOfReadLimit(),
      heapBytesPerStep: heap?.perStep(),
    };
  } finally {
    limits?.dispose();
    cache?.dispose();
  }
}

async function prefillMilliseconds(model: Model, count: number, cache: KVCache | undefined, signal?: AbortSignal) {
  cache?.reset();
  return (await timedForward(model, fillerIds(model.config, count), cache, signal)).milliseconds;
}

/**
 * The total time of steps after `depth` tokens; `aroundStep` is called before the first and, with its time, after every
 * one.
 */
async function decodeMilliseconds(
  model: Model,
  depth: number,
  steps: number,
  cache: KVCache | undefined,
  signal?: AbortSignal,
  aroundStep: (milliseconds?: number) => void = () => {},
): Promise<number> {
  const ids = fillerIds(model.config, depth + 1);
  cache?.reset();
  if (cache && depth > 0) await timedForward(model, ids.slice(0, depth), cache, signal);
  const into = new Float32Array(model.config.vocabSize);
  let total = 0;
  aroundStep();
  for (let step = 0; step < steps; step++) {
    const { milliseconds, logits } = await timedForward(model, cache ? ids.slice(-1) : ids, cache, signal, into);
    total += milliseconds;
    ids.push(argmax(logits.reshape([logits.size])));
    aroundStep(milliseconds);
  }
  return total;
}

/** Heap growth per step: the median, because some steps include a collection, minus the cost of asking. */
function heapGrowth(heapUsed: () => number) {
  const used: number[] = [];
  const differences = (values: readonly number[]) => values.slice(1).map((value, i) => value - (values[i] as number));
  return {
    ask: () => void used.push(heapUsed()),
    perStep: () => median(differences(used)) - median(differences(Array.from({ length: 9 }, heapUsed))),
  };
}

function summarize(runs: readonly number[]): Speed {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  const squares = runs.reduce((sum, run) => sum + (run - mean) ** 2, 0);
  return { mean, median: median(runs), standardDeviation: Math.sqrt(squares / Math.max(1, runs.length - 1)), runs };
}

function checkFits({ nPositions }: GPT2Config, past: number, adding: number): void {
  if (past + adding > nPositions)
    throw new ContextOverflowError({ past, adding, limit: nPositions, what: "nPositions" });
}
