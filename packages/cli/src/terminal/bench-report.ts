/** The results of tsgpt bench: the object of --json, and a table. */
import { type Model, multiplyAddsPerToken } from "@tsgpt/gpt";
import type { GenerationSpeed } from "@tsgpt/measure";
import { describeMachine, type Machine } from "@tsgpt/measure/node";
import { pluralize } from "./pluralize.ts";

interface ReportedSpeed {
  /** Median of the runs. */
  readonly tokensPerSecond: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly runs: readonly number[];
}

export interface BenchReport {
  readonly machine: Machine;
  /** ISO 8601. */
  readonly date: string;
  readonly model: string;
  readonly kernels: string;
  /** Of the weight matrices in memory. */
  readonly dtype: string;
  readonly threads: number;
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly depth: number;
  /**
   * Memory bandwidth: the median of passes over as many bytes as a decode step reads, each right after a step, on the
   * same threads. Multiply-adds: the best of at least five passes between the runs. Null for kernels without these
   * measurements.
   */
  readonly limits: {
    readonly readGBps: number;
    readonly readGBpsByThreads: readonly number[];
    readonly gflops: number;
  } | null;
  /** The share is that of the multiply-add limit; null for int8, which multiplies integers. */
  readonly prefill: ReportedSpeed & { readonly shareOfLimit: number | null };
  /** The share is that of memory bandwidth: the median over steps, each compared with the pass after it. */
  readonly decode: ReportedSpeed & { readonly shareOfLimit: number | null; readonly heapBytesPerStep: number };
  readonly withoutCache?: { readonly decode: ReportedSpeed };
  readonly load: { readonly seconds: number };
  readonly memory: {
    /** Largest resident set of this process, minus that of an idle Node. */
    readonly peakBytes: number;
    readonly weightBytes: number;
    readonly cacheBytes: number;
    readonly arenaBytes: number;
  };
}

/**
 * Median prefill speed as a share of the multiply-add limit, with the head at the last position only; undefined if
 * not comparable.
 */
export function shareOfMultiplyAdds(
  model: Model,
  { limits, prefill, promptTokens }: GenerationSpeed,
): number | undefined {
  if (!limits || model.parameters.wte.dtype === "int8") return undefined;
  const flopsOfPrompt = 2 * multiplyAddsPerToken(model.config, promptTokens, false);
  return ((prefill.median / promptTokens) * flopsOfPrompt) / limits.flopsPerSecond;
}

/** The table, plain or Markdown, with the conditions before it and the limits after it. */
export function reportTable(report: BenchReport, markdown: boolean): string {
  const { model, kernels, dtype, threads, memory, load, limits, decode, withoutCache } = report;
  const steps = `decode, ${pluralize(report.newTokens, "token")} from position ${report.depth + 1}`;
  const cells = [
    ["tokens/s", "median", "mean", "deviation", "runs", "share of limit"],
    row(`prefill, ${pluralize(report.promptTokens, "token")}`, report.prefill, report.prefill.shareOfLimit),
    row(steps, decode, decode.shareOfLimit),
    ...(withoutCache ? [row(`${steps}, no cache`, withoutCache.decode, null)] : []),
  ];
  const lines = [
    `${model} in ${dtype}, ${kernels} kernels, ${pluralize(threads, "thread")}; ${describeMachine(report.machine)}`,
    `load ${load.seconds.toFixed(2)} s; ${describeMemory(memory)}`,
    "",
    markdown ? markdownTable(cells) : plainTable(cells),
    ...(limits ? [describeLimits(limits)] : []),
    `JavaScript heap per decode step: ${(decode.heapBytesPerStep / 1e3).toFixed(1)} kB`,
    ...(withoutCache ? [`with the cache decoding is ${ratio(decode, withoutCache.decode)} times as fast`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function describeLimits({ readGBps, gflops }: NonNullable<BenchReport["limits"]>): string {
  const [bandwidth, multiplyAdds] = [readGBps, gflops].map((limit) => limit.toFixed(1));
  return `limits of this machine: memory bandwidth ${bandwidth} GB/s, multiply-adds ${multiplyAdds} GFLOP/s`;
}

function describeMemory({ peakBytes, weightBytes, cacheBytes, arenaBytes }: BenchReport["memory"]): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = `weights ${megabytes(weightBytes)}, cache ${megabytes(cacheBytes)}, arena ${megabytes(arenaBytes)}`;
  return `peak memory ${megabytes(peakBytes)}: ${parts}`;
}

function row(name: string, speed: ReportedSpeed, share: number | null): string[] {
  const numbers = [speed.tokensPerSecond, speed.mean, speed.standardDeviation].map((value) => value.toFixed(1));
  return [name, ...numbers, String(speed.runs.length), share === null ? "" : share.toFixed(2)];
}

function ratio(fast: ReportedSpeed, slow: ReportedSpeed): string {
  return (fast.tokensPerSecond / slow.tokensPerSecond).toFixed(1);
}

function plainTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] as string[]).map((_, column) =>
    Math.max(...cells.map((line) => (line[column] as string).length)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number);
  return cells.map((line) => `${line.map(pad).join("  ").trimEnd()}\n`).join("");
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("");
}
