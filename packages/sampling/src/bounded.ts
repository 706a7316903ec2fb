/**
 * The bounds of a logit: far beyond what any model produces, and far enough below the largest float64 that no step's
 * arithmetic (a difference, a square, a sum of 50,000 squares) overflows. So no chain produces NaN, whatever its
 * parameters.
 */
import { SamplingError } from "./errors.ts";

const LARGEST_LOGIT = 1e100;

/** `logit`, if it is within the bounds. @throws SamplingError that begins with `where` and names the token */
export function bounded(logit: number, where: string, id: number): number {
  if (isBounded(logit)) return logit;
  const range = `logits go from ${-LARGEST_LOGIT} to ${LARGEST_LOGIT}`;
  throw new SamplingError(`${where}: the logit of token ${id} is ${logit}; ${range}`);
}

export function isBounded(logit: number): boolean {
  return Math.abs(logit) <= LARGEST_LOGIT;
}
