/** What a shard costs a folder and a queue, and what a process costs a queue while it waits: counted, not estimated. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { planShards } from "@tsgpt/batch";
import { median } from "@tsgpt/numeric";
import { begun, manifestBytes, runBatch, startBatch } from "./batch-process.ts";
import { between, type RedisCounts, type RedisServer, startRedis } from "./redis.ts";
import { inputLines, type JobName, type WorkloadOptions, writeWorkload } from "./workload.ts";

const ONE = { processes: 1, workers: 1, threads: 1, queue: false };
const TINY: WorkloadOptions = { job: "generate", shards: 0, linesPerShard: 1, newTokens: 1 };
/** Shards: what grows with them is theirs, the rest is a process's. */
const OF_QUEUE = [8, 40] as const;
const OF_FILES = [1, 3] as const; // they are large
const LARGE = 1 << 16; // bytes of a shard, the default

/** A file operation on the output folder. */
export interface FileOperation {
  readonly name: string;
  readonly perShard: number;
  /** Median. */
  readonly milliseconds: number;
}

/** The file operations of a shard of the default size, or of one line, and the bytes that it adds to the manifest. */
export async function countFiles(folder: string, job: JobName, isQuick: boolean) {
  const lineBytes = Buffer.byteLength(inputLines(job, 1)[0] as string);
  const size = isQuick ? { linesPerShard: 1, newTokens: 1 } : { linesPerShard: LARGE / lineBytes, newTokens: 32 };
  const [less, more] = OF_FILES;
  const options = { job, linesPerShard: Math.ceil(size.linesPerShard), newTokens: size.newTokens };
  const [few, many] = [
    await watched(folder, { ...options, shards: less }),
    await watched(folder, { ...options, shards: more }),
  ];
  const of = (log: typeof few, name: string) => log.operations.filter((one) => one.name === name);
  const names = [...new Set(many.operations.map(({ name }) => name))];
  const operations: FileOperation[] = names.map((name) => ({
    name: name.replace("Sync", ""),
    perShard: (of(many, name).length - of(few, name).length) / (more - less),
    milliseconds: median(of(many, name).map(({ milliseconds }) => milliseconds)),
  }));
  const bytes = (many.manifestBytes - few.manifestBytes) / (more - less);
  return { operations: operations.filter(({ perShard }) => perShard > 0), manifestBytes: bytes };
}

async function watched(folder: string, options: WorkloadOptions) {
  const name = `files-${options.shards}`;
  const input = writeWorkload(folder, name, options);
  const [output, log] = [join(folder, name), join(folder, `${name}.log`)];
  const hook = pathToFileURL(join(import.meta.dirname, "watch-files.js")).href;
  const env = { NODE_OPTIONS: `--import=${hook}`, WATCH_FILES: log, WATCH_FOLDER: output };
  await runBatch(input, ONE, output, "", env);
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const operations: { readonly name: string; readonly milliseconds: number }[] = lines.map((line) => JSON.parse(line));
  return { operations, manifestBytes: manifestBytes(output) };
}

/** What a queue does for one shard. */
export async function countQueue(folder: string): Promise<RedisCounts> {
  const [less, more] = OF_QUEUE;
  const [few, many] = (await Promise.all([queued(folder, less), queued(folder, more)])) as [RedisCounts, RedisCounts];
  return between(few, many, more - less);
}

async function queued(folder: string, shards: number): Promise<RedisCounts> {
  const input = writeWorkload(folder, `queue-${shards}`, { ...TINY, shards });
  return withRedis(async (redis) => {
    const before = await redis.counts();
    await runBatch(input, { ...ONE, queue: true }, join(folder, `queue-${shards}`), redis.url);
    return between(before, await redis.counts());
  });
}

/** Per minute of a process that is in the middle of a shard while `left` have no results. */
export async function countWaiting(folder: string, left: number, seconds: number): Promise<RedisCounts> {
  const long = { ...TINY, linesPerShard: 500, newTokens: 400, shards: left }; // longer than this looks
  const [name, output] = [`waiting-${left}`, join(folder, `waiting-${left}`)];
  const input = writeWorkload(folder, name, long);
  return withRedis(async (redis) => {
    const child = startBatch(input, { ...ONE, queue: true }, output, redis.url);
    try {
      await begun(output, child);
      await after(Math.min(seconds * 100, 5000)); // the first offer is over
      const before = await redis.counts();
      await after(seconds * 1000);
      return between(before, await redis.counts(), seconds / 60);
    } finally {
      child.kill("SIGKILL");
    }
  });
}

/** Per minute of a server that no one uses. */
export async function countIdle(seconds: number): Promise<RedisCounts> {
  return withRedis(async (redis) => {
    const before = await redis.counts();
    await after(seconds * 1000);
    return between(before, await redis.counts(), seconds / 60);
  });
}

async function withRedis(count: (redis: RedisServer) => Promise<RedisCounts>): Promise<RedisCounts> {
  const redis = await startRedis();
  try {
    return await count(redis);
  } finally {
    await redis.stop();
  }
}

/** Bytes per second of the pass that cuts inputs into shards, or checks them; from the page cache. */
export async function scanSpeed(folder: string, bytes: number, rounds: number): Promise<number> {
  const path = join(folder, "scan");
  writeFileSync(path, `${"x".repeat(63)}\n`.repeat(bytes / 64));
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await planShards([path], 65_536);
    seconds.push((performance.now() - start) / 1000);
  }
  return bytes / median(seconds);
}

/** The module of packages/batch that looks for results; it exports this for no one else. */
interface Look {
  foundIn(folder: string, names: readonly string[]): string[];
}
const LOOK = new URL("../../../packages/batch/dist/queues/look.js", import.meta.url).href;
const LEFT = 100;

/** Seconds per file to look for results, as a process with a queue does, at the end of a batch: few have none. */
export async function lookingTime(folder: string, files: number, rounds: number): Promise<number> {
  const { foundIn }: Look = await import(LOOK);
  const path = mkdtempSync(join(folder, "list-"));
  for (let i = 0; i < files; i++) writeFileSync(join(path, `${String(i).padStart(32, "0")}.jsonl`), "");
  const left = Array.from({ length: LEFT }, (_, i) => `${String(files + i).padStart(32, "0")}.jsonl`);
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    foundIn(path, left);
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds) / files;
}
