/** What holds of every refusal: its message, at most three lines that begin and end as they should, nothing on stdout. */
import { expect } from "vitest";
import { type RunOptions, tsgpt } from "./process.ts";

/** Expects `tsgpt ...args` to end with this exit code and message. */
export async function fails(
  code: number,
  args: readonly string[],
  message: RegExp,
  options?: RunOptions,
): Promise<void> {
  const outcome = await tsgpt(args, options);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^error: /);
  expect(outcome.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  expect(outcome.stderr).toMatch(/see tsgpt( \w+){0,2} --help\n$/);
  expect(outcome.stderr).not.toMatch(/\n\s+at |node:internal/);
  expect(outcome.stdout.trim()).toBe("");
  expect(outcome.code).toBe(code);
}
