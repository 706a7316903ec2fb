/** Measurements for Prometheus, in a registry of the server's own, and those of the process by prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Scheduler, SchedulerStatus } from "../scheduler/submission.ts";

/** What a server measures. */
export interface Metrics {
  /** A response that has ended. */
  request(route: string, status: number, seconds: number): void;
  /** For one choice: to be called at each of its tokens. */
  tokenTimes(): () => void;
  /** The text of /metrics, and its type. */
  text(): Promise<{ readonly body: string; readonly type: string }>;
}

type StatusGauge = readonly [name: string, help: string, value: (status: SchedulerStatus) => number];

const GAUGES: readonly StatusGauge[] = [
  ["tsgpt_running_sequences", "Sequences in the engine.", ({ running }) => running],
  ["tsgpt_waiting_requests", "Requests in the queue.", ({ waiting }) => waiting],
  ["tsgpt_parked_requests", "Requests that wait for their clients, without a place.", ({ parked }) => parked],
  ["tsgpt_cache_bytes", "Bytes of the caches of running sequences.", ({ cacheBytes }) => cacheBytes],
  ["tsgpt_kept_cache_bytes", "Bytes of the caches kept for their prefixes.", ({ keptBytes }) => keptBytes],
  ["tsgpt_cache_limit_bytes", "Most bytes of all caches.", ({ cacheLimit }) => cacheLimit],
];

const COUNTERS: readonly StatusGauge[] = [
  ["tsgpt_steps_total", "Passes of the engine.", ({ steps }) => steps],
  ["tsgpt_prompt_tokens_total", "Prompt tokens computed.", ({ promptTokens }) => promptTokens],
  ["tsgpt_reused_tokens_total", "Prompt tokens taken from a kept prefix.", ({ reusedTokens }) => reusedTokens],
  ["tsgpt_generated_tokens_total", "Tokens generated.", ({ generatedTokens }) => generatedTokens],
  ["tsgpt_refused_requests_total", "Requests refused because the queue was full.", ({ refused }) => refused],
  ["tsgpt_cancelled_sequences_total", "Sequences that were ended early.", ({ cancelled }) => cancelled],
  ["tsgpt_failed_sequences_total", "Sequences that ended with an error.", ({ failed }) => failed],
];

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(scheduler: Scheduler): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  addStatus(registry, scheduler);
  const requests = new Counter({
    name: "tsgpt_http_requests_total",
    help: "Responses by route and status.",
    labelNames: ["route", "status"],
    registers,
  });
  const histogram = (name: string, help: string, labelNames: string[] = []) =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers });
  const durations = histogram("tsgpt_http_request_seconds", "Time of a response, in seconds.", ["route"]);
  const first = histogram("tsgpt_time_to_first_token_seconds", "From the request to its first token, in seconds.");
  const between = histogram("tsgpt_time_between_tokens_seconds", "From one token of a choice to its next, in seconds.");
  return {
    request: (route, status, seconds) => {
      requests.inc({ route, status });
      durations.observe({ route }, seconds);
    },
    tokenTimes: () => tokenTimer(first, between),
    text: async () => ({ body: await registry.metrics(), type: registry.contentType }),
  };
}

function tokenTimer(first: Histogram, between: Histogram): () => void {
  let last = performance.now();
  let histogram = first;
  return () => {
    const now = performance.now();
    histogram.observe((now - last) / 1000);
    last = now;
    histogram = between;
  };
}

/** The scheduler's numbers, read when the metrics are. */
function addStatus(registry: Registry, scheduler: Scheduler): void {
  const registers = [registry];
  for (const [name, help, value] of GAUGES) {
    const collect = () => gauge.set(value(scheduler.status()));
    const gauge: Gauge = new Gauge({ name, help, registers, collect });
  }
  for (const [name, help, value] of COUNTERS) {
    const collect = () => {
      counter.reset();
      counter.inc(value(scheduler.status()));
    };
    const counter: Counter = new Counter({ name, help, registers, collect });
  }
}
