/** Markdown tables of what was measured, and of what the model makes of it. */
import { median } from "@tsgpt/numeric";
import { digits, table } from "../tables.ts";
import type { BatchRun } from "./batch-process.ts";
import type { Parts, Prediction } from "./model.ts";
import type { FileOperation } from "./parts.ts";
import { LEFT, type QueueCounts } from "./queue-parts.ts";
import { totalCalls } from "./redis.ts";
import { describeWay, type Throughput, timesAsFast, type WayTimes } from "./throughput.ts";

/** One row per way; the ratio is the median over the rounds, relative to one worker with one thread. */
export function throughputTable({ ways, lines, tokens }: Throughput): string {
  const base = ways.find(({ shards }) => shards > 1) as WayTimes;
  const typical = (way: WayTimes, what: keyof BatchRun) => median(way.rounds.map((round) => round[what]));
  const rows = ways.map((way) => [
    describeWay(way),
    String(way.shards),
    digits(lines / typical(way, "seconds")),
    digits(tokens / typical(way, "seconds")),
    timesAsFast(way, base).toFixed(2),
    typical(way, "startSeconds").toFixed(2),
    typical(way, "endSeconds").toFixed(2),
  ]);
  return table(["", "shards", "lines/s", "tokens/s", "times as fast", "start, s", "end, s"], rows);
}

/** The numbers that the model starts from. */
export function partsTable(parts: Parts): string {
  const { queue } = parts;
  const rows: [string, number][] = [
    ["tokens/s of this machine, all workers", parts.tokensPerSecond],
    ["tokens per line", parts.tokensPerLine],
    ["input bytes per line", parts.inputBytesPerLine],
    ["output bytes per line", parts.outputBytesPerLine],
    ["a shard besides its lines, ms", 1000 * parts.shardOverheadSeconds],
    ["start of a process, s", parts.startSeconds],
    ["scan of the inputs, MB/s", parts.scanBytesPerSecond / 1e6],
    ["manifest, bytes per shard", parts.manifestBytesPerShard],
    ["file operations per shard, besides its writes", parts.fileOperationsPerShard],
    ["looking for results, us per file in the folder", 1e6 * parts.listSecondsPerFile],
  ];
  const ofQueue: [string, number][] = queue
    ? [
        ["Redis per shard, commands", queue.callsPerShard],
        ["Redis per shard, bytes", queue.bytesPerShard],
        ["Redis per shard, us of its processor", 1e6 * queue.secondsPerShard],
        ["Redis per process and minute, commands", queue.callsPerMinute],
        ["Redis per process and minute, bytes", queue.bytesPerMinute],
        ["Redis per process and minute, us of its processor", 1e6 * queue.secondsPerMinute],
        ["Redis per shard offered again, commands", queue.callsPerOffer],
        ["Redis per shard offered again, bytes", queue.bytesPerOffer],
        ["Redis per shard offered again, us of its processor", 1e6 * queue.secondsPerOffer],
      ]
    : [];
  return table(
    ["part", "measured"],
    [...rows, ...ofQueue].map(([name, value]) => [name, digits(value)]),
  );
}

/** One row per operation on the output folder. */
export function filesTable(operations: readonly FileOperation[]): string {
  const rows = operations.map(({ name, perShard, milliseconds }) => [name, digits(perShard), digits(milliseconds)]);
  return table(["file operation", "per shard", "median ms"], rows);
}

/** One row per kind of work that Redis has. */
export function redisTable({ perShard, waiting, offering, idle }: QueueCounts): string {
  const counts = [
    ["per shard", perShard],
    ["per minute of a process in a shard, no other left", waiting],
    [`the same, ${LEFT - 1} others left`, offering],
    ["per minute without a process", idle],
  ] as const;
  const rows = counts.map(([what, one]) => [
    what,
    digits(totalCalls(one)),
    Object.entries(one.calls)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 6)
      .map(([name, calls]) => `${name} ${digits(calls)}`)
      .join(", "),
    digits(one.bytesIn),
    digits(one.bytesOut),
    digits(1e6 * one.seconds),
  ]);
  return table(["Redis", "commands", "most frequent", "bytes in", "bytes out", "us of its processor"], rows);
}

/** One row per scenario, for the work itself. */
export function workTable(predictions: readonly Prediction[]): string {
  const rows = predictions.map((one) => [
    String(one.workers),
    String(one.shardBytes / 1024),
    digits(one.shards),
    digits(one.shardSeconds),
    digits(one.startSeconds),
    (one.seconds / 60).toFixed(1),
    digits(one.tokensPerHour / 1e6),
    one.usdPerMillionTokens.toFixed(4),
    digits(one.inputBytes / 1e9),
    digits(one.manifestBytes / 1e6),
    digits(one.fileOperationsPerSecond),
    digits(one.writtenBytesPerSecond / 1e6),
  ]);
  const sizes = ["workers", "shard, KiB", "shards", "s per shard", "start, s", "minutes"];
  const costs = ["10^6 tokens/hour", "USD per 10^6 tokens"];
  const folder = ["input, GB", "manifest, MB", "file operations/s", "written, MB/s"];
  return table([...sizes, ...costs, ...folder], rows);
}

/** One row per scenario, for what the queue adds. */
export function queueTable(predictions: readonly Prediction[]): string {
  const rows = predictions.flatMap(({ workers, shardBytes, queue }) =>
    queue === undefined
      ? []
      : [
          [
            String(workers),
            String(shardBytes / 1024),
            digits(queue.redisLoad),
            digits(queue.callsPerSecond),
            digits(queue.bytesPerSecond / 1e6),
            digits(queue.listingLoad),
            digits(queue.listedPerSecond),
            digits(queue.checkedBytes / 1e9),
          ],
        ],
  );
  const redis = ["Redis, cores", "Redis commands/s", "into Redis, MB/s"];
  return table(
    ["workers", "shard, KiB", ...redis, "looking, share of a main thread", "names listed/s", "inputs checked, GB"],
    rows,
  );
}
