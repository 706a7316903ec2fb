/** The ranges of numbers that options and parameters have. */
import { describeValue } from "@tsgpt/numeric";

/** @throws RangeError unless the value is a whole number, `least` or more */
export function checkCount(by: string, name: string, value: unknown, least = 1): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw outside(by, name, `a whole number, ${least} or more`, value);
}

/** @throws RangeError unless the value is a finite number above 0 */
export function checkPositive(by: string, name: string, value: unknown): void {
  if (Number.isFinite(value) && (value as number) > 0) return;
  throw outside(by, name, "a finite number above 0", value);
}

/** @throws RangeError unless the value is a finite number, 0 or more */
export function checkNotNegative(by: string, name: string, value: unknown): void {
  if (Number.isFinite(value) && (value as number) >= 0) return;
  throw outside(by, name, "a finite number, 0 or more", value);
}

function outside(by: string, name: string, rule: string, value: unknown): RangeError {
  const got = typeof value === "number" ? value : describeValue(value);
  return new RangeError(`${by}: ${name} must be ${rule}, got ${got}`);
}
