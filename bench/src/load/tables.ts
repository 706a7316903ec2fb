/** Markdown tables of loads. */
import { median } from "@tsgpt/numeric";
import { medianRatio } from "../dtypes.ts";
import { digits, table } from "../tables.ts";
import type { MemoryOverTime } from "./memory.ts";
import type { StreamSpeeds } from "./streams.ts";
import type { LlamaTrends, Percentiles, Summary, Trend } from "./summary.ts";

/** A load, and how it was served. */
export interface LoadResult {
  readonly serving: string;
  /** Requests per second; undefined for clients that wait for their answers. */
  readonly rate: number | undefined;
  readonly summary: Summary;
  readonly memory: MemoryOverTime;
}

/** One row per load. */
export function loadTable(results: readonly LoadResult[]): string {
  const columns = ["serving", "requests/s", "requests", "failed", "tokens/s"];
  const times = ["first token, ms: p50", "p95", "p99", "between tokens, ms: p50", "p95", "p99"];
  const rows = results.map(({ serving, rate, summary, memory }) => [
    serving,
    rate === undefined ? "as answered" : String(rate),
    String(summary.requests),
    String(summary.failed),
    digits(summary.tokensPerSecond),
    ...inMilliseconds(summary.firstToken),
    ...inMilliseconds(summary.betweenTokens),
    ...[memory.early, memory.late, memory.peak].map((bytes) => (bytes / 1e6).toFixed(0)),
  ]);
  return table([...columns, ...times, "memory, MB: early", "late", "peak"], rows);
}

function inMilliseconds({ p50, p95, p99 }: Percentiles): string[] {
  return [p50, p95, p99].map(digits);
}

/** One row per trend of llama-server's benchmark. */
export function llamaTable({ iterations, ...trends }: LlamaTrends): string {
  const rows = Object.entries(trends).map(([name, { avg, p95 }]: [string, Trend]) => [name, digits(avg), digits(p95)]);
  return table(["", "avg", "p(95)"], [["iterations", String(iterations), ""], ...rows]);
}

/** One row per dtype; the ratio is the median over the rounds. */
export function streamsTable(speeds: readonly StreamSpeeds[]): string {
  const rows = speeds.map(({ dtype, streams, one, several }) => [
    dtype,
    String(streams),
    digits(median(one)),
    digits(median(several)),
    medianRatio(several, one).toFixed(2),
  ]);
  return table(["dtype", "streams", "one, tokens/s", "all, tokens/s", "ratio"], rows);
}
