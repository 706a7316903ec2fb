/** A queue of BullMQ on Redis: its packages are loaded here, when a queue is asked for, and nowhere else. */
import { setTimeout as after } from "node:timers/promises";
import type { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { BatchError } from "../batch-error.ts";

export interface ShardQueue {
  /** Adds jobs of these ids; what is queued already, or being answered, stays as it is. Does not wait for Redis. */
  offer(ids: readonly string[]): void;
  /** Answers jobs, so many at a time. */
  take(count: number, answer: (id: string) => Promise<void>): void;
  close(): Promise<void>;
}

interface QueuePlace {
  readonly url: string;
  readonly name: string;
  /** Milliseconds. */
  readonly lock: number;
  readonly onNote: (note: string) => void;
}

/** A closed connection is waited for so long, in milliseconds. */
const PATIENCE = 1000;
/** A stalled job is given to another process however often that happens. */
const ALWAYS = 1_000_000;

/** @throws BatchError for a Redis that cannot be reached */
export async function openQueue({ url, name, lock, onNote }: QueuePlace): Promise<ShardQueue> {
  const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
  const shown = withoutPassword(url);
  await checkReachable(ioredis.Redis, url, shown);
  const connect = (note: typeof onNote) => noting(new ioredis.Redis(url, { maxRetriesPerRequest: null }), shown, note);
  const connections = [connect(onNote), connect(() => {})]; // they are lost and back together
  const [connection, ofWorker] = connections as [Redis, Redis];
  const queue: Queue = new bullmq.Queue(name, { connection });
  queue.on("error", () => {}); // the connection's own note says it
  let worker: Worker | undefined;
  let isOffering = false;
  return {
    offer: (ids) => {
      if (isOffering) return; // the last offer waits for a connection
      isOffering = true;
      const opts = { removeOnComplete: true, removeOnFail: true };
      queue
        .addBulk(ids.map((jobId) => ({ name: "shard", data: {}, opts: { ...opts, jobId } })))
        .catch(() => {}) // offered again later
        .finally(() => {
          isOffering = false;
        });
    },
    take: (count, answer) => {
      const limits = { lockDuration: lock, stalledInterval: lock, maxStalledCount: ALWAYS };
      worker = new bullmq.Worker(name, (job) => answer(job.id ?? ""), {
        connection: ofWorker,
        concurrency: count,
        ...limits,
      });
      worker.on("error", () => {}); // a lost lock or connection: another process may do the shard, too
    },
    close: async () => {
      await Promise.race([Promise.allSettled([worker?.close(true), queue.close()]), after(PATIENCE)]);
      for (const one of connections) one.disconnect();
    },
  };
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = "";
  return shown.href;
}

async function checkReachable(Client: typeof Redis, url: string, shown: string): Promise<void> {
  const client = new Client(url, { lazyConnect: true, retryStrategy: () => null });
  let reason = "";
  client.on("error", ({ message }: Error) => {
    reason ||= message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const why = reason || (error as Error).message;
    throw new BatchError(`cannot reach the queue at ${shown}: ${why}; start a Redis server there, or omit the queue`);
  } finally {
    client.disconnect();
  }
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
