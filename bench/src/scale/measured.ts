/** All that is measured, and the parts of it that the model starts from. */
import { median } from "@tsgpt/numeric";
import type { Parts } from "./model.ts";
import type { countFiles } from "./parts.ts";
import { type QueueCounts, queueParts } from "./queue-parts.ts";
import { shardOverhead, type Throughput, type WayTimes } from "./throughput.ts";

export interface Measured {
  readonly throughput: Throughput;
  readonly files: Awaited<ReturnType<typeof countFiles>>;
  /** Bytes per second. */
  readonly scan: number;
  /** Seconds per file. */
  readonly listing: number;
  readonly queue: QueueCounts | undefined;
  /** The machine's load average before and after the timed rounds. */
  readonly load: readonly number[];
}

const WRITE = "writeFile";

/** A machine is a process with two workers; without a queue, whose packages are loaded within the time of its rows. */
export function partsOf({ throughput, files, scan, listing, queue }: Measured): Parts {
  const { lines, tokens, inputBytes, outputBytes, ways } = throughput;
  const two = ways.find(({ workers, processes, queue: has }) => workers === 2 && processes === 1 && !has) as WayTimes;
  const typical = (what: "seconds" | "startSeconds") => median(two.rounds.map((round) => round[what]));
  return {
    tokensPerSecond: tokens / typical("seconds"),
    workersPerMachine: two.workers,
    tokensPerLine: tokens / lines,
    inputBytesPerLine: inputBytes / lines,
    outputBytesPerLine: outputBytes / lines,
    shardOverheadSeconds: Math.max(0, shardOverhead(throughput)),
    startSeconds: typical("startSeconds"),
    scanBytesPerSecond: scan,
    manifestBytesPerShard: files.manifestBytes,
    fileOperationsPerShard: files.operations.reduce(
      (sum, { name, perShard }) => sum + (name === WRITE ? 0 : perShard),
      0,
    ),
    listSecondsPerFile: listing,
    queue: queue && queueParts(queue),
  };
}
