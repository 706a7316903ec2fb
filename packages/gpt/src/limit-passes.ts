/** The machine's limits, measured between the runs that are held against them: a noisy machine is so for both. */
import type { Engine } from "@tsgpt/tensor";

/** What this machine did at most, by the engine's own threads. */
export interface Limits {
  readonly readBytesPerSecond: number;
  /** The same on 1, 2 ... of them. */
  readonly readBytesPerSecondByThreads: readonly number[];
  /** Floating-point operations, two a multiply-add. */
  readonly flopsPerSecond: number;
}

export interface LimitPasses {
  /** A pass over memory by each number of threads, and one of multiply-adds. */
  pass(): void;
  /** The best of all passes; makes as many as are missing from five. */
  best(): Limits;
  dispose(): void;
}

const LEAST_PASSES = 5;

/** Passes of an engine; undefined for one that measures no limits. */
export function limitPasses({ limits, threads }: Engine): LimitPasses | undefined {
  const machine = limits?.();
  if (!machine) return undefined;
  const read = new Array<number>(threads).fill(0);
  let passes = 0;
  let flopsPerSecond = 0;
  const pass = () => {
    passes++;
    for (let i = 0; i < threads; i++) read[i] = Math.max(read[i] as number, machine.readPass(i + 1));
    flopsPerSecond = Math.max(flopsPerSecond, machine.multiplyAddPass());
  };
  const best = () => {
    do pass();
    while (passes < LEAST_PASSES);
    return { readBytesPerSecond: read.at(-1) as number, readBytesPerSecondByThreads: read, flopsPerSecond };
  };
  return { pass, best, dispose: () => machine.dispose() };
}
