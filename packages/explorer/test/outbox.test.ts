/** At most one message a frame, whatever there is to say: all of it, in order, with its memory. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient } from "../src/client.ts";
import type { FromWorker, RequestType, ToWorker } from "../src/protocol.ts";
import { createAnswerer } from "../src/worker/answer.ts";
import type { Handlers } from "../src/worker/handlers.ts";
import { createOutbox } from "../src/worker/outbox.ts";

const FRAME = 1000 / 60;

interface Posted {
  readonly time: number;
  readonly said: readonly FromWorker[];
  readonly transfer: readonly Transferable[];
}

const posted: Posted[] = [];
const post = (said: readonly FromWorker[], transfer: readonly Transferable[]) =>
  void posted.push({ time: performance.now(), said, transfer });
const requests = () => posted.map(({ said }) => said.map(({ request }) => request));
const shortest = (all: readonly Posted[]) =>
  Math.min(...all.slice(1).map(({ time }, i) => time - (all[i] as Posted).time));

beforeEach(() => {
  posted.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => vi.useRealTimers());

const progress = (request: number): FromWorker => ({ type: "progress", request, value: request });

test("the first is posted at once, what follows within a frame in one message at its end", () => {
  const outbox = createOutbox(post);
  const buffers = [new ArrayBuffer(1), new ArrayBuffer(2), new ArrayBuffer(3)];
  buffers.forEach((buffer, i) => {
    outbox.add(progress(i), [buffer]);
    vi.advanceTimersByTime(5);
  });
  expect(requests()).toEqual([[0]]);
  vi.advanceTimersByTime(2);
  expect(requests()).toEqual([[0], [1, 2]]);
  expect(posted.map(({ transfer }) => transfer)).toEqual([buffers.slice(0, 1), buffers.slice(1)]);
  vi.advanceTimersByTime(1000);
  outbox.add(progress(3), []);
  expect(requests()).toEqual([[0], [1, 2], [3]]);
});

test("what is said now takes along what waits, and uses the frame", () => {
  const outbox = createOutbox(post);
  for (const request of [0, 1]) outbox.add(progress(request), []);
  outbox.addNow(progress(2), []);
  outbox.add(progress(3), []);
  expect(requests()).toEqual([[0], [1, 2]]);
  vi.advanceTimersByTime(17);
  expect(requests()).toEqual([[0], [1, 2], [3]]);
});

test("the latest progress takes the place of the same request's that waits, and is posted at the end of the frame", () => {
  const outbox = createOutbox(post);
  for (const value of [0, 1, 2]) outbox.addLatest({ type: "progress", request: 7, value });
  outbox.add(progress(8), []);
  outbox.add({ type: "progress", request: 7, value: 9 }, []); // not one that may be replaced
  outbox.addLatest({ type: "progress", request: 7, value: 3 });
  vi.advanceTimersByTime(17);
  const values = (posted as unknown as { said: { request: number; value: number }[] }[]).map(({ said }) =>
    said.map(({ request, value }) => [request, value]),
  );
  expect(values).toEqual([
    [[7, 0]],
    [
      [8, 8],
      [7, 9],
      [7, 3],
    ],
  ]);
});

/** Handlers of which each takes a millisecond, and a run with 3 ms a token. */
function slowHandlers(): Handlers {
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const run = async (_: unknown, { report }: { report(value: unknown): void }) => {
    for (let token = 0; token < 100; token++) {
      await pause(3);
      report(token);
    }
    return "run";
  };
  const other = async () => {
    await pause(1);
    return new Float32Array(1);
  };
  const ofType = (_: unknown, type: RequestType) => (type === "run" ? run : other);
  return new Proxy({}, { get: ofType as (target: object, key: string | symbol) => unknown }) as Handlers;
}

const LIVE: readonly RequestType[] = ["lensColumns", "activations", "chain", "curve", "cache"];

test("in a run, with every section's questions asked again as soon as they are answered, too", async () => {
  const answer = createAnswerer(slowHandlers(), (said, transfer) => {
    post(said, transfer);
    client.receive(said);
  });
  const client = createClient((message: ToWorker) => void answer(message));
  let isRunning = true;
  let answers = 0;
  const seen: number[] = [];
  const run = client.ask("run", { maxTokens: 100 }, { onProgress: (value) => seen.push(value as unknown as number) });
  const all = LIVE.map(async (type) => {
    for (; isRunning; answers++) await client.ask(type, {} as never);
  });
  await vi.advanceTimersByTimeAsync(400);
  isRunning = false;
  expect(await run).toBe("run");
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
  const last = posted.findIndex(({ said }) => said.some(({ type, request }) => type === "result" && request === 0));
  expect(shortest(posted.slice(0, last + 1))).toBeGreaterThanOrEqual(FRAME);
  expect(answers).toBeGreaterThan(LIVE.length * 10);
  expect(posted.some(({ transfer }) => transfer.length === LIVE.length)).toBe(true);
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(all);
});

test("without a run, a result does not wait", async () => {
  const answer = createAnswerer(slowHandlers(), post);
  await Promise.all([
    vi.advanceTimersByTimeAsync(1),
    ...LIVE.map((type, request) => answer({ type, request, asks: {} } as ToWorker)),
  ]);
  expect(posted.length).toBe(LIVE.length);
});
