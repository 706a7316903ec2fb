/** The side of a worker thread: makes its engine once, then answers the shards that the main thread sends it. */
import { parentPort, workerData } from "node:worker_threads";
import { type Answer, answerShard, type ShardTask } from "./answer-shard.ts";
import type { Run } from "./manifest.ts";

/** What a worker has made of its data: what its answers depend on, and how it answers. */
export interface Answerer {
  readonly run: Run;
  readonly answer: Answer;
}

/** What a worker tells the main thread. */
export type WorkerMessage =
  | { readonly is: "ready"; readonly run: Run }
  | { readonly is: "line" }
  | { readonly is: "shard"; readonly failures: number }
  | {
      readonly is: "failed";
      readonly error: { readonly name: string; readonly message: string; readonly exitCode?: unknown };
    };

/** The data of a worker: its index, from 0, and what the job needs. */
export interface WorkerInput {
  readonly index: number;
  readonly data: unknown;
}

/** Runs a worker thread to its end: `make` gets the job's data, and the index of the worker. */
export async function answerShards(make: (data: unknown, index: number) => Promise<Answerer>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error("answerShards runs in a worker thread");
  const say = (message: WorkerMessage) => port.postMessage(message);
  const failed = (error: unknown) => {
    const { name, message, exitCode } = error as Error & { readonly exitCode?: unknown };
    say({ is: "failed", error: { name, message, ...(exitCode !== undefined && { exitCode }) } });
  };
  try {
    const { index, data } = workerData as WorkerInput;
    const { run, answer } = await make(data, index);
    port.on("message", (task: ShardTask) => {
      answerShard(task, answer, () => say({ is: "line" })).then((failures) => say({ is: "shard", failures }), failed);
    });
    say({ is: "ready", run });
  } catch (error) {
    failed(error);
  }
}
