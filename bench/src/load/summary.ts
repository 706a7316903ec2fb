/** What many timelines say: throughput, and percentiles of what a client waits for. */
import type { Timeline } from "./timeline.ts";

/** In milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Summary {
  readonly requests: number;
  readonly failed: number;
  /** The first failure's message. */
  readonly failure: string | undefined;
  readonly seconds: number;
  /** Of the requests that did not fail, from the first arrival to the last end. */
  readonly tokensPerSecond: number;
  readonly firstToken: Percentiles;
  readonly betweenTokens: Percentiles;
}

export function summarize(timelines: readonly Timeline[]): Summary {
  const answered = timelines.filter(({ failure }) => failure === undefined);
  const begin = Math.min(...timelines.map(({ start }) => start));
  const end = Math.max(...timelines.map((one) => one.end));
  const seconds = (end - begin) / 1000;
  return {
    requests: timelines.length,
    failed: timelines.length - answered.length,
    failure: timelines.find(({ failure }) => failure !== undefined)?.failure,
    seconds,
    tokensPerSecond: sum(answered.map(({ tokens }) => tokens)) / seconds,
    firstToken: percentiles(answered.flatMap(({ start, pieces }) => pieces.slice(0, 1).map((first) => first - start))),
    betweenTokens: percentiles(answered.flatMap(({ pieces }) => gaps(pieces))),
  };
}

/** One trend of llama-server's benchmark: the mean and the 95th percentile over its requests. */
export interface Trend {
  readonly avg: number;
  readonly p95: number;
}

/** What llama-server's benchmark publishes, by its names and definitions (llama.cpp, tools/server/bench/script.js). */
export interface LlamaTrends {
  readonly iterations: number;
  /** Milliseconds. */
  readonly http_req_duration: Trend;
  /** Prompt tokens per second until the first token. */
  readonly llamacpp_prompt_processing_second: Trend;
  /** Seconds. */
  readonly llamacpp_emit_first_token_second: Trend;
  /** Generated tokens per second after the first one has come. */
  readonly llamacpp_tokens_second: Trend;
}

export function llamaTrends(timelines: readonly Timeline[]): LlamaTrends {
  const answered = timelines.filter(({ failure, pieces }) => failure === undefined && pieces.length > 0);
  const trend = (of: (one: Timeline, first: number) => number): Trend => {
    const values = answered.map((one) => of(one, one.pieces[0] as number));
    return { avg: sum(values) / values.length, p95: percentile(values, 95) };
  };
  return {
    iterations: answered.length,
    http_req_duration: trend(({ start, end }) => end - start),
    llamacpp_prompt_processing_second: trend(
      ({ request, start }, first) => (1000 * request.ids.length) / (first - start),
    ),
    llamacpp_emit_first_token_second: trend(({ start }, first) => (first - start) / 1000),
    llamacpp_tokens_second: trend(({ tokens, end }, first) => (1000 * tokens) / (end - first)),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p95: percentile(values, 95), p99: percentile(values, 99) };
}

/** The smallest value that at least `percent` of all are at most; NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
