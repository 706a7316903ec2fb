/**
 * A contest: engines that do the same tasks, in turns, each in a process of its own. A process sleeps between its turns,
 * so that no thread pool spins while another engine is measured; the first round warms up and is not counted.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** How an engine runs, by its own account: it may have fewer threads than were asked for. */
export interface Running {
  readonly kernels: string;
  readonly threads: number;
}

/** An engine within its process. */
export interface Contestant extends Running {
  /** What must be equal among the contestants, or they are not doing the same. */
  outputs(): Promise<Float32Array>;
  /** Each does its task once and returns milliseconds. */
  readonly tasks: Readonly<Record<string, () => Promise<number>>>;
}

/** An engine in another process. */
export interface RemoteContestant extends Running {
  readonly name: string;
  outputs(): Promise<Float32Array>;
  time(task: string): Promise<number>;
  stop(): void;
}

/** Milliseconds of each round, by contestant, for each task. */
export type Times = ReadonlyMap<string, readonly (readonly number[])[]>;

/** The most that two engines' outputs may differ, absolute: float32 sums in another order, over 12 layers. */
const TOLERANCE = 1e-3;

/** Longer than any of the pools spins before it parks. */
const REST_MILLISECONDS = 200;

/**
 * The largest difference of each contestant's outputs from the first one's.
 * @throws Error if one differs by more than 1e-3, or is no number
 */
export async function checkAgreement(contestants: readonly RemoteContestant[]): Promise<number[]> {
  const [first, ...others] = contestants;
  const expected = await (first as RemoteContestant).outputs();
  const differences = [0];
  for (const { name, outputs } of others) {
    const difference = largestDifference(await outputs(), expected);
    if (!(difference <= TOLERANCE)) {
      throw new Error(`${name} and ${first?.name} do not compute the same: outputs differ by up to ${difference}`);
    }
    differences.push(difference);
  }
  return differences;
}

/** NaN if anything is no number, or the lengths differ. */
export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected[i] as number))), 0);
}

/** Round after round, task after task, every contestant in turn; who begins moves on from round to round. */
export async function runRounds(
  contestants: readonly RemoteContestant[],
  tasks: readonly string[],
  rounds: number,
  onTurn: (text: string) => void,
): Promise<Times> {
  const times = new Map(tasks.map((task) => [task, contestants.map((): number[] => [])]));
  for (let round = 0; round <= rounds; round++) {
    for (const [task, all] of times) {
      for (let turn = 0; turn < contestants.length; turn++) {
        const at = (round + turn) % contestants.length;
        const contestant = contestants[at] as RemoteContestant;
        onTurn(`${task}, ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}: ${contestant.name}`);
        await sleep(REST_MILLISECONDS);
        const milliseconds = await contestant.time(task);
        if (round > 0) all[at]?.push(milliseconds);
      }
    }
  }
  return times;
}
