/** What is to do, whoever deals it out. */
import type { Manifest } from "../manifest.ts";
import type { Shard } from "../shard.ts";
import type { ShardWorker } from "../shard-worker.ts";

export interface ShardWork {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly shards: readonly Shard[];
  readonly workers: readonly ShardWorker[];
  readonly signal: AbortSignal;
  /** Has a worker that is free answer a shard. */
  readonly answer: (worker: ShardWorker, shard: Shard) => Promise<void>;
  /** Takes a shard that something else has answered. */
  readonly elsewhere: (shard: Shard) => void;
  /** Takes what is being done, or waited for. */
  readonly onPhase: (text: string) => void;
}

/** A queue on Redis. */
export interface QueueOptions {
  /** `redis://host:port` */
  readonly url: string;
  /** Milliseconds after which a shard whose process does not renew its lock is given to another; default 30000. */
  readonly lockMilliseconds?: number | undefined;
  /** Takes messages about the connection. */
  readonly onNote?: ((note: string) => void) | undefined;
}
