/** The memory of a process while a load runs. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "@tsgpt/numeric";

const INTERVAL = 1000;

/** Bytes of resident memory. */
export interface MemoryOverTime {
  readonly samples: readonly number[];
  /** Medians of the second and of the last tenth of the samples: the first tenth is the start. */
  readonly early: number;
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
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const early = samples.length > 2 * tenth ? samples.slice(tenth, 2 * tenth) : samples.slice(0, 1);
  return { samples, early: median(early), late: median(samples.slice(-tenth)), peak: Math.max(...samples) };
}

/** @throws Error if there is no such process */
async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return 1024 * Number(stdout);
}
