/** Server-sent events: their form, and that a client which does not read holds up its sender. */
import { expect, test } from "vitest";
import { eventStream } from "../../src/http/event-stream.ts";

const decoder = new TextDecoder();

/** Whether a promise has resolved, once all that can run has run. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test("an event is its data and an empty line; the last is [DONE]", async () => {
  const events = eventStream();
  const text = new Response(events.body).text();
  await events.send({ a: "\n" });
  await events.done();
  expect(await text).toBe('data: {"a":"\\n"}\n\ndata: [DONE]\n\n');
});

test("an error is the last event", async () => {
  const events = eventStream();
  const text = new Response(events.body).text();
  await events.fail({ error: { message: "a" } });
  expect(await text).toBe('data: {"error":{"message":"a"}}\n\n');
});

test("send resolves when the event has been read, not before", async () => {
  const events = eventStream();
  const reader = events.body.getReader();
  const first = events.send(1);
  expect(await isDone(first)).toBe(false);
  expect(decoder.decode((await reader.read()).value)).toBe("data: 1\n\n");
  expect(await isDone(first)).toBe(true);
  expect(await isDone(events.send(2))).toBe(false);
});

test("after the client has left, send rejects and the ends do not", async () => {
  const events = eventStream();
  const pending = events.send(1);
  await events.body.cancel();
  await expect(pending).rejects.toThrow("the client has closed the connection");
  await expect(events.send(2)).rejects.toThrow("the client has closed the connection");
  await events.done();
  await events.fail({});
});
