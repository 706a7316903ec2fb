/** The memory of a process while a load runs. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "@tsgpt/numeric";

const INTERVAL = 1000;
const TENTHS = 10;
/** Share by which memory may grow after its fourth tenth: the heap's own ups and downs are smaller. */
export const MOST_GROWTH = 0.1;

/** Bytes of resident memory. */
export interface MemoryOverTime {
  readonly samples: readonly number[];
  /** Medians of tenths of the samples: the second, as the first is the start, the fourth, and the last. */
  readonly early: number;
  readonly settled: number;
  readonly late: number;
  readonly peak: number;
}

/** Samples a process once a second until `stop`. */
export function watchMemory(pid: number): { stop(): Promise<MemoryOverTime> } {
  const samples: Promise<number>[] = [residentBytes(pid)];
  const timer = setInterval(() => samples.push(residentBytes(pid)), INTERVAL);
  return {
    stop: async () => {
      clearInterval(timer);
      return memoryOverTime(await Promise.all([...samples, residentBytes(pid)]));
    },
  };
}

export function memoryOverTime(samples: readonly number[]): MemoryOverTime {
  const tenth = Math.max(1, Math.floor(samples.length / TENTHS));
  const medianOf = (index: number) =>
    median(samples.length >= TENTHS ? samples.slice(index * tenth, (index + 1) * tenth) : samples.slice(0, 1));
  const [early, settled] = [medianOf(1), medianOf(3)];
  return { samples, early, settled, late: median(samples.slice(-tenth)), peak: Math.max(...samples) };
}

/** What is wrong if memory grows by more than MOST_GROWTH after the caches are full; undefined if it does not. */
export function growthProblem({ settled, late }: MemoryOverTime): string | undefined {
  if (late <= (1 + MOST_GROWTH) * settled) return undefined;
  const [from, to] = [settled, late].map((bytes) => `${(bytes / 1e6).toFixed(0)} MB`);
  const reason = "a leak, unless the caches were not full before: give a smaller --cache-memory or more --minutes";
  return `memory grew from ${from} in the fourth tenth to ${to}, by more than ${100 * MOST_GROWTH}%: ${reason}`;
}

/** @throws Error if there is no such process */
async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return 1024 * Number(stdout);
}
