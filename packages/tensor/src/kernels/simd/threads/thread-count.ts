/** How many threads an engine gets. What was asked for by name is given or refused, never rounded down in silence. */
import { physicalCores, whyOneThread } from "#host";
import { EngineError } from "../../../errors.ts";

/** The most threads that an engine takes. */
export const MOST_THREADS = 64;

/**
 * The number asked for; by default the physical cores, or 1 where there can be no more.
 * @throws RangeError for a number that is none of threads; EngineError for more than one where there can be no more
 */
export function chooseThreadCount(asked: number | undefined): number {
  const reason = whyOneThread();
  if (asked === undefined) return reason === undefined ? Math.min(MOST_THREADS, physicalCores()) : 1;
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST_THREADS) {
    throw new RangeError(`createEngine: threads must be a whole number from 1 to ${MOST_THREADS}, got ${asked}`);
  }
  if (asked > 1 && reason !== undefined) {
    throw new EngineError(`createEngine: threads must be 1 here, got ${asked}: ${reason}`);
  }
  return asked;
}
