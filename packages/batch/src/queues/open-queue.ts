/** A queue of BullMQ on Redis: its packages are loaded here, when a queue is asked for, and nowhere else. */
import { setTimeout as after } from "node:timers/promises";
import type { Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { BatchError } from "../batch-error.ts";
import { type Offer, offerTo } from "./offers.ts";
import { adviceFor, checkReachable, withoutPassword } from "./reach-redis.ts";
import { countRefusals } from "./refusals.ts";

export interface ShardQueue {
  /** Adds jobs; what is queued already, or being answered, stays as it is. */
  readonly offer: Offer;
  /** Answers jobs, so many at a time; one that is thrown for goes back to the queue. `onDry`: called if none waits. */
  take(count: number, answer: (id: string) => Promise<void>, onDry: () => void): void;
  /** Whether Redis refuses offers now. */
  isRefusing(): boolean;
  /** @throws BatchError for a Redis that has refused commands for too long */
  check(): void;
  /**
   * Takes no more jobs, has `end` end the answers in progress, whose jobs go back, and disconnects. Of a batch that is
   * done the queue is removed: it has nothing that another process needs.
   */
  close(end: () => Promise<void>, isDone: boolean): Promise<void>;
}

interface QueuePlace {
  readonly url: string;
  readonly name: string;
  /** Milliseconds. */
  readonly lock: number;
  readonly onNote: (note: string) => void;
  /** Ends the wait for a Redis. */
  readonly signal: AbortSignal;
}

/** Milliseconds in which Redis must answer at the beginning; later it may refuse for so long, or a longer lock. */
const REACH = 5000;

/** What ends a connection is waited for so long, in milliseconds. */
const PATIENCE = 1000;
/** A stalled job is given to another process however often that happens. */
const ALWAYS = 1_000_000;

/** @throws BatchError for a Redis that cannot be reached; the reason of the signal */
export async function openQueue({ url, name, lock, onNote, signal }: QueuePlace): Promise<ShardQueue> {
  const [bullmq, ioredis] = await installed(Promise.all([import("bullmq"), import("ioredis")]));
  const shown = withoutPassword(url);
  await checkReachable(ioredis.Redis, { url, within: REACH, signal });
  const connect = (note: typeof onNote) => noting(new ioredis.Redis(url, { maxRetriesPerRequest: null }), shown, note);
  const [connection, ofWorker] = [connect(onNote), connect(() => {})]; // they are lost and back together
  const duplicates = duplicatesOf(ofWorker);
  const queue: Queue = new bullmq.Queue(name, { connection });
  queue.on("error", () => {}); // the connection's own note says it
  const refusals = refusalsOf(shown, Math.max(REACH, lock), onNote);
  let worker: EndableWorker | undefined;
  return {
    offer: offerTo(queue, refusals.offers),
    take: (count, answer, onDry) => {
      const limits = { lockDuration: lock, stalledInterval: lock, maxStalledCount: ALWAYS };
      const process = async (job: Job, token?: string) => {
        try {
          await answer(job.id ?? "");
        } catch {
          await job.moveToWait(token); // at once, so that nobody waits for its lock
          throw new bullmq.WaitingError();
        }
      };
      worker = new (endable(bullmq.Worker))(name, process, { connection: ofWorker, concurrency: count, ...limits });
      worker.on("active", refusals.takes.done);
      worker.on("drained", onDry);
      worker.on("error", refusals.takes.take); // others are a lost lock or connection: another may do the shard, too
    },
    isRefusing: refusals.offers.isRefusing,
    check: refusals.check,
    close: async (end, isDone) => {
      const closed = worker?.close().catch(() => {}); // a lost connection is no error now
      await end();
      if (isDone) await patiently(remove(queue, connection));
      await patiently(Promise.all([closed, queue.close()]));
      for (const one of [connection, ofWorker, ...duplicates]) one.disconnect();
      await worker?.endTimers();
    },
  };
}

type EndableWorker = InstanceType<ReturnType<typeof endable>>;

/**
 * A worker's close waits for the answers of Redis. A connection that is disconnected while it waits to be tried again
 * never answers, and rejects nothing either (https://github.com/taskforcesh/bullmq/issues/4585): the worker would then
 * renew locks without end, and wait for the next search for stalled jobs, which keeps the process alive.
 */
function endable(Base: typeof Worker) {
  return class extends Base {
    /** Ends the searches and the renewals. */
    async endTimers(): Promise<void> {
      await this.pause(true);
      await this.lockManager.close();
    }
  };
}

/** Waits for what ends a connection, but not for one that is lost, or cannot be used. */
async function patiently(ending: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([ending, after(PATIENCE, undefined, { signal: over.signal })]).catch(() => {});
  over.abort();
}

/** In one step, so that no job comes between the removal of the jobs and that of the lists with their names. */
const REMOVE = `
  for _, list in ipairs({"wait", "active"}) do
    for _, id in ipairs(redis.call("LRANGE", ARGV[1] .. list, 0, -1)) do
      redis.call("UNLINK", ARGV[1] .. id, ARGV[1] .. id .. ":lock")
    end
  end
  redis.call("UNLINK", unpack(KEYS))`;

/**
 * Removes all keys of the queue. Another process may still close, or work at a shard that is done: its job is missing
 * then, which is no error to it; what it adds, it removes itself.
 */
async function remove(queue: Queue, connection: Redis): Promise<void> {
  const keys = Object.values(queue.keys);
  await connection.eval(REMOVE, keys.length, ...keys, queue.toKey(""));
}

/** The refusals of offers and of takes, each noted once; `check` throws for those that last. */
function refusalsOf(shown: string, patience: number, onNote: (note: string) => void) {
  const onFirst = (why: string) =>
    onNote(`the queue at ${shown} refuses: ${why}; ${adviceFor(why)}; it is tried again`);
  const [offers, takes] = [countRefusals(patience, onFirst), countRefusals(patience, onFirst)];
  const check = (): void => {
    const why = offers.lasting() ?? takes.lasting();
    if (why === undefined) return;
    const what = `the queue at ${shown} has refused for ${patience / 1000} s: ${why}; ${adviceFor(why)}`;
    throw new BatchError(`${what}, or omit the queue; then start the same run again: what is finished is kept`);
  };
  return { offers, takes, check };
}

/**
 * The connections that are duplicated from this one, as they are made. A worker waits for jobs on one of its own, which
 * would keep the process alive where its close had no answer.
 */
function duplicatesOf(client: Redis): readonly Redis[] {
  const made: Redis[] = [];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const another = duplicate(override);
    made.push(another);
    return another;
  };
  return made;
}

/** Notes once that the connection is lost, and that it is back. */
function noting(client: Redis, url: string, onNote: (note: string) => void): Redis {
  let isLost = false;
  client.on("error", ({ message }: Error) => {
    if (!isLost) onNote(`lost the queue at ${url}: ${message}; shards go on, and it is tried again`);
    isLost = true;
  });
  client.on("ready", () => {
    if (isLost) onNote(`the queue at ${url} is back`);
    isLost = false;
  });
  return client;
}

/** A queue's packages are not installed with this one: who has no queue needs neither them nor their build scripts. */
function installed<Modules>(loading: Promise<Modules>): Promise<Modules> {
  return loading.catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ERR_MODULE_NOT_FOUND") throw cause;
    const beside = '"npm install bullmq ioredis" adds them to a project that has tsgpt, and with -g to a global tsgpt';
    throw new BatchError(`a queue needs two packages that are not installed beside tsgpt: ${beside}`);
  });
}
