/** Decision 0026: one request leaves the event loop to others while it is read, prepared and answered. */
import { yieldToEventLoop } from "@tsgpt/gpt";
import { afterAll, expect, test } from "vitest";
import { MODEL, serving } from "./serving.ts";

const { app, scheduler } = serving();
afterAll(() => scheduler.close(0));

const repeated = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

/** How often other work ran before a request was answered. */
async function turnsOf(path: string, body: object): Promise<number> {
  const headers = { Host: "localhost", "Content-Type": "application/json" };
  let turns = 0;
  let isDone = false;
  const answer = Promise.resolve(app.request(path, { method: "POST", headers, body: JSON.stringify(body) }));
  const ended = answer.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await yieldToEventLoop();
    turns++;
  }
  expect((await ended).status).toBe(200);
  return turns;
}

test("many ids are decoded in turns", async () => {
  expect(await turnsOf("/detokenize", { ids: repeated(30_000, 300) })).toBeGreaterThan(6);
});

test("banned texts are tokenized one by one", async () => {
  const banned = Array.from({ length: 40 }, (_, i) => `${"é".repeat(240)}${i}`);
  const few = { model: MODEL, prompt: "a", max_tokens: 1 };
  expect(await turnsOf("/v1/completions", { ...few, banned })).toBeGreaterThan(
    (await turnsOf("/v1/completions", { ...few, banned: banned.slice(0, 1) })) + 30,
  );
});

test("choices are made and written one by one", async () => {
  const scoring = { model: MODEL, prompt: "a", max_tokens: 0, echo: true };
  expect(await turnsOf("/v1/completions", { ...scoring, n: 64 })).toBeGreaterThan(2 * 63);
});

test("prompts with chains of their own are prepared one by one", async () => {
  const prompt = Array.from({ length: 32 }, (_, i) => repeated(i + 1, 300));
  const body = { model: MODEL, prompt, max_tokens: 0, echo: true, forced_last: 5, allowed: [5] };
  expect(await turnsOf("/v1/completions", body)).toBeGreaterThan(4 * 31); // read, prepared, made, written
});
