/**
 * The machine's limits, measured between the steps and runs that are held against them. Bandwidth may double and halve within a second on
 * a machine that others use too, so a step is compared with the pass right after it, over the same number of bytes by the same threads.
 */
import { median } from "@tsgpt/numeric";
import type { Engine } from "@tsgpt/tensor";

/** What this machine did, by the engine's own threads. */
export interface Limits {
  /** Median of the passes that followed a step. */
  readonly readBytesPerSecond: number;
  /** On 1, 2 ... of the threads: medians. */
  readonly readBytesPerSecondByThreads: readonly number[];
  /** Floating-point operations, two a multiply-add: the best pass. */
  readonly flopsPerSecond: number;
}

export interface LimitPasses {
  /** Reads what a step reads, right after one that took so long. */
  afterStep(milliseconds: number): void;
  /** A pass of multiply-adds, and one over memory by each smaller number of threads. */
  betweenRuns(): void;
  /** Makes as many passes of multiply-adds as are missing from five. */
  limits(): Limits;
  /** Median of the steps' shares of the bandwidth that the pass after each had. */
  shareOfReadLimit(): number;
  dispose(): void;
}

const LEAST_PASSES = 5;

/** Passes of an engine over `stepBytes`, what a step reads; undefined for an engine that measures no limits. */
export function limitPasses({ limits, threads }: Engine, stepBytes: number): LimitPasses | undefined {
  const machine = limits?.(stepBytes);
  if (!machine) return undefined;
  const rates: number[][] = Array.from({ length: threads }, () => []);
  const shares: number[] = [];
  let passes = 0;
  let flopsPerSecond = 0;
  const multiply = () => {
    passes++;
    flopsPerSecond = Math.max(flopsPerSecond, machine.multiplyAddPass());
  };
  const read = (count: number) => {
    const rate = machine.readPass(count);
    rates[count - 1]?.push(rate);
    return rate;
  };
  return {
    afterStep: (milliseconds) => void shares.push((1000 * stepBytes) / milliseconds / read(threads)),
    betweenRuns: () => {
      multiply();
      for (let count = 1; count < threads; count++) read(count);
    },
    limits: () => {
      while (passes < LEAST_PASSES) multiply();
      const byThreads = rates.map(median);
      return {
        readBytesPerSecond: byThreads.at(-1) as number,
        readBytesPerSecondByThreads: byThreads,
        flopsPerSecond,
      };
    },
    shareOfReadLimit: () => median(shares),
    dispose: () => machine.dispose(),
  };
}
