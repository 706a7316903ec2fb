/** The number of threads of an engine. An explicit number is used or refused, never reduced silently. */
import { defaultThreads, whyOneThread } from "#host";
import { EngineError } from "../../../errors.ts";

/** Maximum number of threads. */
export const MOST_THREADS = 64;

/**
 * The requested number. Default: the physical cores in Node, at most 4 in a browser, or 1 if no more are possible.
 * @throws RangeError unless 1 to 64; EngineError for more than one where only one is possible
 */
export function chooseThreadCount(asked: number | undefined): number {
  const reason = whyOneThread();
  if (asked === undefined) return reason === undefined ? Math.min(MOST_THREADS, defaultThreads()) : 1;
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST_THREADS) {
    throw new RangeError(`createEngine: threads must be a whole number from 1 to ${MOST_THREADS}, got ${asked}`);
  }
  if (asked > 1 && reason !== undefined) {
    throw new EngineError(`createEngine: threads must be 1 here, got ${asked}: ${reason}`);
  }
  return asked;
}
