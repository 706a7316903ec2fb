/**
 * Shards dealt out by a queue of BullMQ on Redis, to any number of processes with one output folder. The queue only
 * says who tries what: a shard is done when its results exist, and each process offers again what is not. So a queue
 * that forgets, repeats or stops costs time and nothing else. This thread only tends the queue and renews its locks;
 * the engines work in the worker threads.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { resultName } from "../results.ts";
import type { Shard } from "../shard.ts";
import type { ShardWorker } from "../shard-worker.ts";
import { openQueue } from "./open-queue.ts";
import type { QueueOptions, ShardWork } from "./shard-work.ts";

const LOCK = 30_000; // milliseconds
/** How often a process looks for results of others; milliseconds. */
const LOOK = 500;

/** Works until every shard has its results. @throws BatchError without a Redis; what a shard's answer throws */
export async function answerFromQueue(work: ShardWork, { url, lockMilliseconds, onNote }: QueueOptions): Promise<void> {
  const { signal } = work;
  const lock = lockMilliseconds ?? LOCK;
  const queue = await openQueue({ url, lock, name: queueName(work), onNote: onNote ?? (() => {}) });
  const state: State = {
    left: new Map(work.shards.map((shard) => [resultName(work.manifest, shard), shard])),
    mine: new Set(),
    failed: new AbortController(),
  };
  try {
    lookFor(work, state);
    queue.take(work.workers.length, answerer(work, state));
    while (state.left.size > 0) {
      queue.offer([...state.left.keys()]);
      await finished(work, state, performance.now() + lock);
      state.failed.signal.throwIfAborted();
      signal.throwIfAborted();
    }
  } finally {
    await queue.close();
  }
}

interface State {
  /** The shards without results, by the name of theirs. */
  readonly left: Map<string, Shard>;
  /** Those that this process answers now. */
  readonly mine: Set<string>;
  /** Aborted with the error of a shard. */
  readonly failed: AbortController;
}

/** Batches with another manifest have another queue. */
function queueName({ manifest }: ShardWork): string {
  return `tsgpt-${createHash("sha256").update(JSON.stringify(manifest)).digest("hex").slice(0, 32)}`;
}

/** Answers the shard of a job with a worker that is free: there are as many jobs at a time as workers. */
function answerer(work: ShardWork, state: State): (id: string) => Promise<void> {
  const { left, mine, failed } = state;
  const free = [...work.workers];
  return async (id) => {
    lookFor(work, state);
    const shard = left.get(id);
    if (!shard || mine.has(id)) return; // a job that was repeated
    const worker = free.pop() as ShardWorker;
    mine.add(id);
    try {
      await work.answer(worker, shard);
      left.delete(id);
    } catch (error) {
      failed.abort(error);
      throw error;
    } finally {
      mine.delete(id);
      free.push(worker);
    }
  };
}

/** Waits until nothing is left, a shard fails, the signal comes, or the time is over; looks for results of others. */
async function finished(work: ShardWork, state: State, end: number): Promise<void> {
  const signal = AbortSignal.any([state.failed.signal, work.signal]);
  while (state.left.size > 0 && !signal.aborted && performance.now() < end) {
    await after(LOOK, undefined, { signal }).catch(() => {});
    lookFor(work, state);
  }
}

/** Takes off what others have answered. */
function lookFor({ folder, elsewhere }: ShardWork, { left, mine }: State): void {
  const there = new Set(readdirSync(folder));
  for (const [name, shard] of left) {
    if (mine.has(name) || !there.has(name)) continue;
    left.delete(name);
    elsewhere(shard);
  }
}
