/**
 * The machine's limits, measured between the steps and runs that are compared with them. On a shared machine, bandwidth
 * may double or halve within a second, so a step is compared with the pass right after it, over the same bytes by the
 * same threads.
 */
import { median } from "@tsgpt/numeric";
import type { Engine } from "@tsgpt/tensor";

/** What this machine reached, with the engine's own threads. */
export interface Limits {
  /** Median of the passes after each step. */
  readonly readBytesPerSecond: number;
  /** Medians with 1, 2 ... threads. */
  readonly readBytesPerSecondByThreads: readonly number[];
  /** Floating-point operations, two per multiply-add: the best pass. */
  readonly flopsPerSecond: number;
}

export interface LimitPasses {
  /** Reads what a step reads, right after a step of `milliseconds`. */
  afterStep(milliseconds: number): void;
  /** One pass of multiply-adds, and one over memory with each smaller number of threads. */
  betweenRuns(): void;
  /** Completes five passes of multiply-adds. */
  limits(): Limits;
  /** Median share of the bandwidth of the pass after each step. */
  shareOfReadLimit(): number;
  dispose(): void;
}

const LEAST_PASSES = 5;

/** Limit passes over `stepBytes`, what a step reads; undefined for an engine without limits. */
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
