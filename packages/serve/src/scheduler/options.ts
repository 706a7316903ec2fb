/** The options of a scheduler, and their defaults. */
import { type Checks, checkOptions } from "@tsgpt/numeric";

/** How many sequences run and wait, and how much memory their caches take. */
export interface SchedulerOptions {
  /** Maximum number of requests that wait for a place, or for their clients without one. Default 64. */
  readonly maxWaiting?: number | undefined;
  /** Maximum number of running sequences; fewer if their caches do not fit. Default 16. */
  readonly maxRunning?: number | undefined;
  /** Maximum bytes of all caches, running and kept; what the engine has left, if that is less. Default 1 GiB. */
  readonly cacheLimit?: number | undefined;
  /** Prompt tokens computed in one step, next to the running sequences: what a stream waits for at most. Default 32. */
  readonly chunk?: number | undefined;
  /** Whether prompts take what they share with another sequence from its cache. Default true. */
  readonly reusePrefixes?: boolean | undefined;
  /** Milliseconds after its submission when a sequence ends with "timeout". By default, never. */
  readonly timeLimit?: number | undefined;
}

/** The same with their defaults; that of the cache limit depends on the engine. */
export interface Limits {
  readonly maxWaiting: number;
  readonly maxRunning: number;
  readonly chunk: number;
  readonly timeLimit: number | undefined;
}

const CHECKS: Checks<SchedulerOptions> = {
  maxWaiting: "number",
  maxRunning: "number",
  cacheLimit: "number",
  chunk: "number",
  reusePrefixes: "boolean",
  timeLimit: "number",
};

/** @throws RangeError for an unknown option, or a number that is out of range */
export function checkedLimits(options: SchedulerOptions): Limits {
  checkOptions("createScheduler", options, CHECKS);
  const { maxWaiting = 64, maxRunning = 16, chunk = 32, cacheLimit = 1, timeLimit } = options;
  for (const [name, value] of Object.entries({ maxWaiting, maxRunning, chunk, cacheLimit })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`createScheduler: ${name} must be a whole number, 1 or more, got ${value}`);
  }
  if (timeLimit !== undefined) checkMilliseconds("createScheduler: timeLimit", timeLimit, 1);
  return { maxWaiting, maxRunning, chunk, timeLimit };
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** @throws RangeError for what no timer can wait for */
export function checkMilliseconds(what: string, value: number, least: number): void {
  if (value >= least && value <= LONGEST_TIMER) return;
  throw new RangeError(`${what} must be milliseconds from ${least} to ${LONGEST_TIMER}, got ${value}`);
}
