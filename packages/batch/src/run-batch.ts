/**
 * Runs a batch, or a part of it, on this machine: the shards that have no results yet go to worker threads, one at a
 * time each. What is done is what has a file; nothing else is remembered.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { BatchError } from "./batch-error.ts";
import { removePartials, removePartialsOf } from "./exactly-once.ts";
import { checkPlan, inputNames, type Manifest, openManifest, type Plan, type Run, readManifest } from "./manifest.ts";
import { checkShard } from "./merge.ts";
import { answerFromQueue } from "./queues/answer-from-queue.ts";
import type { QueueOptions, ShardWork } from "./queues/shard-work.ts";
import { checkInput } from "./read-shard.ts";
import { hasResult, resultName, resultOf } from "./results.ts";
import { bytesOf, type Part, planShards, type Shard, shardsOfPart } from "./shard.ts";
import { type ShardWorker, startShardWorker } from "./shard-worker.ts";

/** What is to be answered, by whom, and where the answers go. */
export interface Batch {
  /** The files of inputs. */
  readonly paths: readonly string[];
  /** The folder of the results. */
  readonly folder: string;
  /** The least bytes of a shard. */
  readonly shardBytes: number;
  readonly part: Part;
  /** Number of worker threads. */
  readonly workers: number;
  /** The module of a worker, which calls `answerShards`, and the data that it gets. */
  readonly module: URL;
  readonly data: unknown;
  readonly signal: AbortSignal;
  /** The queue that deals out the shards; without one, this process goes through them alone. */
  readonly queue?: QueueOptions | undefined;
  /** The keys of an answer that come from its input. */
  readonly copied?: readonly string[] | undefined;
  /** Takes what is being done before the work begins, and what is waited for. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Called when the work begins, and after each line. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
}

/** How far a batch, or the part of it, is. */
export interface BatchProgress {
  readonly shards: number;
  readonly shardsDone: number;
  readonly lines: number;
  /** Lines with an answer, those of unfinished shards included. */
  readonly linesDone: number;
  /** Of these, lines that had their answers before this run. */
  readonly linesBefore: number;
}

/** How a run ended. */
export interface BatchOutcome extends BatchProgress {
  /** Lines of this run that have an error; of all lines, if there was nothing left to do. */
  readonly failures: number;
  /** Whether the signal stopped it. */
  readonly isStopped: boolean;
}

/**
 * Answers all shards of the part that have no results. Ends soon after the signal, without the shards in progress.
 * @throws BatchError for inputs that cannot be read, a folder of another batch, and results that cannot be written;
 * what the workers' `make` throws
 */
export async function runBatch(batch: Batch): Promise<BatchOutcome> {
  const { folder, signal } = batch;
  const plan = await planOf(batch);
  signal.throwIfAborted();
  const { module, data, workers: count } = batch;
  const workers = Array.from({ length: count }, (_, index) => startShardWorker(module, { index, data }));
  const writer = randomUUID();
  const stop = () => workers.forEach((worker) => void worker.end());
  signal.addEventListener("abort", stop);
  try {
    const run = await readyRun(workers);
    makeFolder(folder); // after all checks, so that a refused run leaves nothing
    const manifest = openManifest(folder, plan, run);
    return await answerAll(batch, manifest, { workers, writer });
  } catch (error) {
    signal.throwIfAborted(); // the worker that it ended
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.end()));
    removePartialsOf(folder, writer); // of workers that were ended while they wrote
  }
}

/** The plan of the folder, after a check of the inputs of this part; a new one for a new folder. */
async function planOf({ paths, folder, shardBytes, part, signal, onNote }: Batch): Promise<Plan> {
  const names = inputNames(paths);
  const bytes = await Promise.all(paths.map(bytesOf));
  const inputs = names.map((name, i) => ({ name, bytes: bytes[i] as number }));
  onNote?.(`reading the inputs: ${bytes.reduce((sum, one) => sum + one, 0)} bytes`);
  const found = readManifest(folder);
  if (!found) return { shardBytes, inputs, shards: await planShards(paths, shardBytes, signal) };
  checkPlan(folder, found, { shardBytes, inputs });
  for (const shard of shardsOfPart(found.shards, part)) {
    await checkInput(paths[shard.file] as string, shard, signal);
  }
  return { shardBytes, inputs, shards: found.shards };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new BatchError(`cannot make the folder ${JSON.stringify(folder)}: ${(error as Error).message}`);
  }
}

/** What the answers of all workers depend on, which is the same. */
async function readyRun(workers: readonly ShardWorker[]): Promise<Run> {
  const [first, ...others] = await Promise.all(workers.map(({ ready }) => ready));
  const other = others.find(({ digest }) => digest !== first?.digest);
  if (first && !other) return first;
  throw new BatchError("two workers loaded different models: the model changed meanwhile; start the run again");
}

interface Workers {
  readonly workers: readonly ShardWorker[];
  /** The name by which all of them write. */
  readonly writer: string;
}

async function answerAll(batch: Batch, manifest: Manifest, { workers, writer }: Workers): Promise<BatchOutcome> {
  const { paths, folder, part, signal, queue, onProgress } = batch;
  const all = shardsOfPart(manifest.shards, part);
  const there = new Set(readdirSync(folder));
  removePartials(folder, (name) => there.has(name)); // of writers killed between the link and the end
  const [before, shards] = parted(all, (shard) => there.has(resultName(manifest, shard)));
  const count = countProgress(all, before, onProgress);
  count.begin();
  if (shards.length === 0)
    return { ...count.progress(), failures: await errorsIn(batch, manifest, all), isStopped: false };
  let failures = 0;
  const answer = async (worker: ShardWorker, shard: Shard) => {
    const path = paths[shard.file] as string;
    const result = resultOf(manifest, shard);
    const failed = await worker.answer({ folder, writer, path, shard, result }, count.line);
    failures += failed; // another worker may have added its own meanwhile
    count.shard();
  };
  const onPhase = batch.onNote ?? (() => {});
  const work = { folder, manifest, shards, workers, signal, answer, elsewhere: count.elsewhere, onPhase };
  try {
    await (queue ? answerFromQueue(work, queue) : answerInOrder(work));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { ...count.progress(), failures, isStopped: signal.aborted };
}

function parted<Value>(values: readonly Value[], holds: (value: Value) => boolean): [Value[], Value[]] {
  return [values.filter(holds), values.filter((value) => !holds(value))];
}

/** How many entries of finished shards are errors. */
async function errorsIn(batch: Batch, manifest: Manifest, shards: readonly Shard[]): Promise<number> {
  const { folder, copied = [], signal } = batch;
  let errors = 0;
  for (const shard of shards) errors += await checkShard(folder, manifest, shard, { copied, signal });
  return errors;
}

/** Each worker takes the next shard that has no results. */
async function answerInOrder({ folder, manifest, shards, workers, answer, elsewhere }: ShardWork): Promise<void> {
  const left = shards.values();
  const work = async (worker: ShardWorker) => {
    for (const shard of left) {
      if (hasResult(folder, manifest, shard)) elsewhere(shard);
      else await answer(worker, shard);
    }
  };
  await Promise.all(workers.map(work));
}

function countProgress(all: readonly Shard[], before: readonly Shard[], onProgress: Batch["onProgress"]) {
  const linesOf = (shards: readonly Shard[]) => shards.reduce((sum, shard) => sum + shard.lines, 0);
  const [lines, linesBefore] = [linesOf(all), linesOf(before)];
  let [shardsDone, linesDone] = [before.length, linesBefore];
  const progress = (): BatchProgress => ({ shards: all.length, shardsDone, lines, linesDone, linesBefore });
  const show = () => onProgress?.(progress());
  return {
    progress,
    begin: show,
    /** A shard that another process answered. */
    elsewhere: (shard: Shard) => {
      shardsDone++;
      linesDone += shard.lines;
      show();
    },
    line: () => {
      linesDone++;
      show();
    },
    shard: () => {
      shardsDone++;
      show();
    },
  };
}
