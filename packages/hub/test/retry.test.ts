/** How long a server asks to wait. */
import { expect, test } from "vitest";
import { retryAfter } from "../src/retry.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each<[string, Record<string, string>, number | undefined]>([
  ["seconds", { "retry-after": "120" }, 120],
  ["none", { "retry-after": "0" }, 0],
  ["a date", { "retry-after": "Thu, 01 Jan 2026 12:00:07 GMT" }, 7],
  ["a date that is over", { "retry-after": "Thu, 01 Jan 2026 11:00:00 GMT" }, 0],
  ["the hub's own header", { ratelimit: '"api";r=0;t=55' }, 55],
  ["both, of which the standard one counts", { "retry-after": "3", ratelimit: '"api";r=0;t=55' }, 3],
  ["the hub's header with requests left", { ratelimit: '"api";r=10;t=55' }, undefined],
  ["no sense", { "retry-after": "soon" }, undefined],
  ["nothing", {}, undefined],
])("by %s", (_, headers, seconds) => {
  expect(retryAfter(new Headers(headers), NOW)).toBe(seconds);
});
