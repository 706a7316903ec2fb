/** Lines per second with one worker and with two, without and with the queue: all ways take turns in each round. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { median } from "@tsgpt/numeric";
import { type BatchRun, countTokens, resultFiles, runBatch, type Way } from "./batch-process.ts";
import { fileBytes } from "./file-bytes.ts";
import { type WorkloadOptions, writeWorkload } from "./workload.ts";

export interface WayTimes extends Way {
  /** Of the workload. */
  readonly shards: number;
  readonly rounds: readonly BatchRun[];
}

export interface Throughput {
  readonly lines: number;
  readonly tokens: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly ways: readonly WayTimes[];
}

export interface ThroughputOptions {
  readonly workload: WorkloadOptions;
  readonly rounds: number;
  /** Of a Redis server; undefined to leave the queue out. */
  readonly url: string | undefined;
  readonly onRound: (round: number, what: string) => void;
}

const ONE = { processes: 1, workers: 1, threads: 1, queue: false };
const TWO = { ...ONE, workers: 2 };
const WAYS: readonly Way[] = [
  ONE,
  { ...ONE, threads: 2 },
  TWO,
  { ...ONE, queue: true },
  { ...TWO, queue: true },
  { ...ONE, processes: 2, queue: true },
];

export async function measureThroughput(folder: string, options: ThroughputOptions): Promise<Throughput> {
  const { workload, rounds, url = "", onRound } = options;
  const { shards, linesPerShard } = workload;
  const inShards = writeWorkload(folder, "shards", workload);
  const inOne = writeWorkload(folder, "one", { ...workload, shards: 1, linesPerShard: shards * linesPerShard });
  const ways = WAYS.filter(({ queue }) => !queue || url !== "").map((way) => ({ way, shards, input: inShards }));
  const all = [{ way: ONE, shards: 1, input: inOne }, ...ways].map((one) => ({ ...one, rounds: [] as BatchRun[] }));
  let counts = { tokens: 0, outputBytes: 0 };
  for (let round = 0; round < rounds; round++) {
    for (const { way, input, rounds: runs } of all) {
      onRound(round, describeWay(way));
      const output = join(folder, "output");
      runs.push(await runBatch(input, way, output, url));
      counts = { tokens: countTokens(output), outputBytes: fileBytes(resultFiles(output)) };
      rmSync(output, { recursive: true });
    }
  }
  const times = all.map(({ way, shards: count, rounds: runs }) => ({ ...way, shards: count, rounds: runs }));
  return { lines: inShards.lines, inputBytes: fileBytes([inShards.path]), ...counts, ways: times };
}

export function describeWay({ processes, workers, threads, queue }: Way): string {
  const parts = [
    ...(processes > 1 ? [`${processes} processes`] : []),
    workers === 1 ? "1 worker" : `${workers} workers`,
    threads === 1 ? "1 thread" : `${threads} threads`,
    ...(queue ? ["queue"] : []),
  ];
  return parts.join(", ");
}

/** The median of the rounds' ratios: how many times as fast a way is as another. */
export function timesAsFast(way: WayTimes, base: WayTimes): number {
  return median(way.rounds.map(({ seconds }, i) => (base.rounds[i] as BatchRun).seconds / seconds));
}

/** What a shard costs besides its lines: the same lines in many shards and in one, over the shards that are more. */
export function shardOverhead({ ways }: Throughput): number {
  const [one, many] = ways as [WayTimes, WayTimes];
  return median(many.rounds.map(({ seconds }, i) => seconds - (one.rounds[i] as BatchRun).seconds)) / (many.shards - 1);
}
