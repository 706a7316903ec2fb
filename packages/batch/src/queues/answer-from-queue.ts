/**
 * Shards dealt out by a queue of BullMQ on Redis, to any number of processes with one output folder. The queue only
 * says who tries what: a shard is done when its results exist, and each process offers some of what is not. So a queue
 * that forgets, repeats or stops costs time and nothing else. This thread only tends the queue and renews its locks;
 * the engines work in the worker threads.
 */
import { createHash } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import { hasResult, resultName } from "../results.ts";
import type { Shard } from "../shard.ts";
import type { ShardWorker } from "../shard-worker.ts";
import { foundIn, LOOK, nextLook } from "./look.ts";
import { openQueue, type ShardQueue } from "./open-queue.ts";
import { withoutPassword } from "./reach-redis.ts";
import type { QueueOptions, ShardWork } from "./shard-work.ts";

/** Milliseconds; shards are also offered again so often. */
export const LOCK = 30_000;

/**
 * Works until every shard has its results.
 * @throws BatchError without a Redis, or for one that goes on refusing; what a shard's answer throws; the reason of the
 * signal
 */
export async function answerFromQueue(work: ShardWork, { url, lockMilliseconds, onNote }: QueueOptions): Promise<void> {
  const { signal, onPhase } = work;
  onPhase(`contacting the queue at ${withoutPassword(url)}`);
  const lock = lockMilliseconds ?? LOCK;
  const queue = await openQueue({ url, lock, name: queueName(work), onNote: onNote ?? (() => {}), signal });
  const state: State = {
    left: new Map(work.shards.map((shard) => [resultName(work.manifest, shard), shard])),
    mine: new Set(),
    over: new AbortController(),
  };
  try {
    lookFor(work, state);
    const others = () => ofOthers(state);
    queue.take(work.workers.length, answerer(work, state), () => queue.offer(others));
    while (state.left.size > 0) {
      queue.offer(others);
      await finished(work, state, queue, lock);
      if (state.left.size > 0) state.over.signal.throwIfAborted();
      signal.throwIfAborted();
    }
  } finally {
    const end = async () => void (await Promise.all(work.workers.map((worker) => worker.end())));
    await queue.close(end, state.left.size === 0);
  }
}

interface State {
  /** The shards without results, by the name of theirs. */
  readonly left: Map<string, Shard>;
  /** Those that this process answers now. */
  readonly mine: Set<string>;
  /** Aborted with the error of a shard, and when nothing is left. */
  readonly over: AbortController;
}

/** The shards without results that this process does not answer. */
function ofOthers({ left, mine }: State): string[] {
  return [...left.keys()].filter((name) => !mine.has(name));
}

/** Batches with another manifest have another queue. */
function queueName({ manifest }: ShardWork): string {
  return `tsgpt-${createHash("sha256").update(JSON.stringify(manifest)).digest("hex").slice(0, 32)}`;
}

/** Answers the shard of a job with a worker that is free: there are as many jobs at a time as workers. */
function answerer(work: ShardWork, state: State): (id: string) => Promise<void> {
  const { left, mine, over } = state;
  const free = [...work.workers];
  return async (id) => {
    const shard = left.get(id);
    if (!shard || mine.has(id)) return; // a job that was repeated
    if (hasResult(work.folder, work.manifest, shard)) return takeOff(work, state, id);
    const worker = free.pop() as ShardWorker;
    mine.add(id);
    try {
      await work.answer(worker, shard);
      left.delete(id);
      if (left.size === 0) over.abort();
    } catch (error) {
      over.abort(error);
      throw error;
    } finally {
      mine.delete(id);
      free.push(worker);
    }
  };
}

/**
 * Waits until nothing is left, a shard fails, the signal comes, or the shards are to be offered again; looks for
 * results of others. @throws BatchError for a queue that goes on refusing
 */
async function finished(work: ShardWork, state: State, queue: ShardQueue, lock: number): Promise<void> {
  const { left, mine, over } = state;
  const signal = AbortSignal.any([over.signal, work.signal]);
  const end = performance.now() + lock;
  let [look, isWaiting] = [LOOK, false];
  while (left.size > 0 && !signal.aborted && performance.now() < end) {
    await after(look, undefined, { signal }).catch(() => {});
    const found = lookFor(work, state);
    look = nextLook(look, found);
    queue.check();
    if (queue.isRefusing()) return;
    if (mine.size > 0 || found || left.size === 0 || signal.aborted) continue;
    if (!isWaiting) work.onPhase(waitingText(left.size, lock));
    isWaiting = true;
  }
}

function waitingText(shards: number, lock: number): string {
  const time = `${(2 * lock) / 1000} s`;
  return `waiting for ${shards} of the shards, which others have; a process that died gives its own up within ${time}`;
}

/** Takes off what others have answered; true if there was any. */
function lookFor(work: ShardWork, state: State): boolean {
  const found = foundIn(work.folder, ofOthers(state));
  for (const name of found) takeOff(work, state, name);
  return found.length > 0;
}

function takeOff({ elsewhere }: ShardWork, { left, over }: State, name: string): void {
  const shard = left.get(name) as Shard;
  left.delete(name);
  elsewhere(shard);
  if (left.size === 0) over.abort();
}
