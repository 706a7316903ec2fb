/** Batches with worker threads whose answer is the line itself. */
import { join } from "node:path";
import { emptyFolder } from "../../cli/test/process.ts";
import { mergedResults } from "../src/merge.ts";
import type { Batch } from "../src/run-batch.ts";

/** A batch in shards of two lines of a letter each, with an output folder of its own. */
export function echoBatch(paths: readonly string[], more: Partial<Batch> = {}): Batch {
  return {
    paths,
    folder: join(emptyFolder(), "out"),
    shardBytes: 4,
    part: { index: 0, count: 1 },
    workers: 1,
    module: new URL("./echo-worker.js", import.meta.url),
    data: {},
    signal: new AbortController().signal,
    ...more,
  };
}

export async function mergedText(folder: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of mergedResults(folder)) pieces.push(piece);
  return String(Buffer.concat(pieces));
}
