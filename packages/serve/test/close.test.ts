/** The end of a server: what runs goes on for the grace period, what is left then is told so, and nothing new begins. */
import { expect, test } from "vitest";
import { createScheduler, serve } from "../src/index.ts";
import { eventsOf, MODEL, model } from "./http/serving.ts";

const OPTIONS = { version: "1.2.3", host: "127.0.0.1", port: 0, timeLimit: 600, onFault: () => {} };

function start() {
  return serve(model, { ...OPTIONS, scheduler: createScheduler(model) });
}

function post(url: string, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const body = JSON.stringify({ model: MODEL, prompt: "The king", ignore_eos: true, ...fields });
  return fetch(`${url}/v1/completions`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

test("without a grace period, streams end with an error and other requests with 503", async () => {
  const server = await start();
  const stream = await post(server.url, { stream: true, max_tokens: 400, n: 4 });
  const whole = post(server.url, { max_tokens: 400 });
  await expect.poll(async () => (await fetch(`${server.url}/metrics`)).text()).toMatch(/^tsgpt_running_sequences 5$/m);
  const closed = server.close(0);
  expect(eventsOf(await stream.text()).at(-1)).toEqual({ error: expect.objectContaining({ code: "shutting_down" }) });
  expect((await whole).status).toBe(503);
  expect(await closed).toEqual({ finished: 0, cancelled: 5 });
});

test("within the grace period what runs is finished, and nothing new is accepted", async () => {
  const server = await start();
  const stream = await post(server.url, { stream: true, max_tokens: 50 });
  const closed = server.close(60_000);
  expect(eventsOf(await stream.text()).at(-1)).toBe("[DONE]");
  expect(await closed).toEqual({ finished: 1, cancelled: 0 });
  await expect(fetch(`${server.url}/ready`)).rejects.toThrow();
});

test("an origin that no browser sends is refused", async () => {
  const wrong = serve(model, {
    ...OPTIONS,
    scheduler: createScheduler(model),
    corsOrigins: ["*", "http://localhost/"],
  });
  await expect(wrong).rejects.toThrow(
    'serve: corsOrigins must be origins, such as "http://localhost:3000", without a path or a slash at its end, or "*"; ' +
      'got "http://localhost/"',
  );
});

test("a model without a tokenizer and an open address without a key are refused", async () => {
  const { tokenizer: _, ...mute } = model;
  const scheduler = createScheduler(model);
  await expect(serve({ ...mute, tokenizer: undefined }, { ...OPTIONS, scheduler })).rejects.toThrow(
    `serve: model "${MODEL}" has no tokenizer, so it has no text to answer with`,
  );
  await expect(serve(model, { ...OPTIONS, scheduler, host: "0.0.0.0" })).rejects.toThrow(
    "serve: others can reach the address 0.0.0.0: give an API key, or use 127.0.0.1",
  );
});
