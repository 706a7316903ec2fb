/** Random bodies: only answers and refusals in OpenAI's shape, and never a stack trace. 10,000 in the full run. */
import { afterAll, expect, test } from "vitest";
import { FULL } from "../../../../test/setup/sample.ts";
import { bodies } from "./bodies.ts";
import { eventsOf, serving } from "./serving.ts";

const { post, faults, scheduler } = serving();
afterAll(() => scheduler.close(0));

const ERROR = {
  error: {
    message: expect.stringMatching(/^[^\n]+$/),
    type: expect.any(String),
    param: expect.toSatisfy(isTextOrNull),
    code: expect.toSatisfy(isTextOrNull),
  },
};

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

const MOST_AT_ONCE = 32;

test("every body is answered or refused", { timeout: 600_000 }, async () => {
  const all = bodies(FULL ? 10_000 : 120, 1);
  const statuses = new Map<number, number>();
  const send = async (body: unknown) => {
    const { status, text, headers } = await post("/v1/completions", JSON.stringify(body));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const problem = { body, status, text };
    expect(text, JSON.stringify(problem)).not.toMatch(/\n\s+at |node_modules|\.ts:\d|\.js:\d/);
    if (status !== 200) expect({ body, answer: JSON.parse(text) }).toEqual({ body, answer: ERROR });
    else if (headers.get("content-type")?.startsWith("text/event-stream"))
      expect(eventsOf(text).length).toBeGreaterThan(0);
    else expect(JSON.parse(text).choices.length).toBeGreaterThan(0);
  };
  for (let at = 0; at < all.length; at += MOST_AT_ONCE) await Promise.all(all.slice(at, at + MOST_AT_ONCE).map(send));
  expect([...statuses.keys()].filter((status) => status < 200 || status >= 500)).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(all.length / 20);
  expect(statuses.get(400)).toBeGreaterThan(all.length / 4);
  expect(faults).toEqual([]);
});

test("bytes that are no JSON are refused", async () => {
  for (let i = 0; i < 256; i++) {
    const { status, body } = await post(
      "/v1/completions",
      new Blob([Uint8Array.from({ length: i % 9 }, (_, at) => (i * (at + 7)) % 256)]),
    );
    expect(status).toBe(400);
    expect(body).toEqual(ERROR);
  }
});
