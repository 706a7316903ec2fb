/** Checks a saved position before a source of batches continues there: it comes from a file. */
import type { BatchPosition } from "./batch-source.ts";

/**
 * The position, if it has these keys, of these kinds, and equals `expected` in the values that describe the data.
 * @throws RangeError naming the key
 */
export function checkPosition(
  position: unknown,
  expected: Readonly<Record<string, string | number>>,
  counters: readonly string[],
): BatchPosition {
  const fail = (problem: string) => new RangeError(`restore: the position of the data ${problem}`);
  if (typeof position !== "object" || position === null) throw fail(`must be an object, got ${String(position)}`);
  const found = position as Record<string, unknown>;
  for (const [key, value] of Object.entries(expected)) {
    if (found[key] === value) continue;
    const got = JSON.stringify(found[key]) ?? "nothing";
    throw fail(`is of other data: its ${key} is ${got}, here it is ${JSON.stringify(value)}`);
  }
  for (const key of counters) {
    const value = found[key];
    if (Number.isSafeInteger(value) && (value as number) >= 0) continue;
    throw fail(`must have a whole number, 0 or more, as its ${key}, got ${JSON.stringify(value) ?? "nothing"}`);
  }
  return found as BatchPosition;
}
