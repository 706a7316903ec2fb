/** The main thread's side of a worker thread, which answers one shard at a time. */
import { Worker } from "node:worker_threads";
import type { ShardTask } from "./answer-shard.ts";
import { BatchError } from "./batch-error.ts";
import type { Run } from "./manifest.ts";
import type { WorkerInput, WorkerMessage } from "./worker.ts";

export interface ShardWorker {
  /** What its answers depend on, once its engine is made. Rejects if it cannot be. */
  readonly ready: Promise<Run>;
  /** Answers a shard; returns how many of its lines have an error. `onLine` is called after each line. */
  answer(task: ShardTask, onLine: () => void): Promise<number>;
  /** Ends it at once, in the middle of a pass if need be; no results are half written: they are linked. */
  end(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onLine?: () => void;
}

const OUT_OF_HEAP = "ERR_WORKER_OUT_OF_MEMORY";

function outOfHeap(index: number): BatchError {
  return new BatchError(`worker ${index} has used up its memory; make shards or answers smaller, or use fewer workers`);
}

/** Starts a thread that runs a module which calls `answerShards`. */
export function startShardWorker(module: URL, input: WorkerInput): ShardWorker {
  const worker = new Worker(module, { workerData: input });
  let waiting: Waiting | undefined;
  let dead: Error | undefined;
  const ask = <Value>(onLine?: () => void) =>
    new Promise<Value>((resolve, reject) => {
      if (dead) reject(dead);
      else waiting = { resolve, reject, ...(onLine && { onLine }) };
    });
  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  const end = (error: Error) => {
    dead ??= error;
    fail(dead);
  };
  const succeed = (value: unknown) => {
    waiting?.resolve(value as never);
    waiting = undefined;
  };
  worker.on("message", (message: WorkerMessage) => {
    if (message.is === "line") waiting?.onLine?.();
    else if (message.is === "ready") succeed(message.run);
    else if (message.is === "shard") succeed(message.failures);
    else fail(Object.assign(new Error(message.error.message), message.error));
  });
  worker.on("error", (error: NodeJS.ErrnoException) =>
    end(error.code === OUT_OF_HEAP ? outOfHeap(input.index) : error),
  );
  worker.on("exit", (code) => end(new Error(`worker ${input.index} ended with exit code ${code}`)));
  return {
    ready: ask<Run>(),
    answer: (task, onLine) => {
      const answered = ask<number>(onLine);
      worker.postMessage(task);
      return answered;
    },
    end: async () => void (await worker.terminate()),
  };
}
