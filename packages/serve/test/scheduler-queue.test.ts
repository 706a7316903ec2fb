/** Who begins when: the bounded queue, its order, memory, and the chunks of prompts next to running sequences. */
import { ContextOverflowError } from "@tsgpt/gpt";
import { EngineError } from "@tsgpt/tensor";
import { describe, expect, test, vi } from "vitest";
import { CacheLimitError, createScheduler, QueueFullError } from "../src/scheduler/index.ts";
import { collecting, run } from "./collected.ts";
import { gate, TOKEN, tinyScheduler } from "./tiny-scheduler.ts";

/** A sequence that takes no token before the gate opens. */
function held(ids: readonly number[], passed: Promise<void>, maxTokens = 3) {
  return collecting({ ids, maxTokens, onToken: () => passed });
}

describe("a full queue", () => {
  test("refuses the next request, and takes one again when a place is free", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1, maxWaiting: 2 });
    const { passed, open } = gate();
    const submit = () => scheduler.submit([held([1], passed).submission]);
    const accepted = [submit(), submit(), submit()].flat(); // one runs, two wait
    expect(submit).toThrow(QueueFullError);
    expect(submit).toThrow("the queue is full: 2 requests are waiting; try again in about 1 second");
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 2, refused: 2 });
    open();
    expect(await Promise.all(accepted)).toEqual(["length", "length", "length"]);
    expect(await Promise.all(submit())).toEqual(["length"]);
  });

  test("by default has 64 places", async () => {
    const { scheduler } = tinyScheduler();
    const submit = () => scheduler.submit([held([1], Promise.resolve(), 1).submission]);
    const accepted = Array.from({ length: 16 + 64 }, submit).flat();
    expect(submit).toThrow("64 requests are waiting");
    expect(await Promise.all(accepted)).toEqual(new Array(80).fill("length"));
  });

  test("counts requests, and takes or refuses all sequences of one together", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1, maxWaiting: 1 });
    const three = () => [1, 2, 3].map((id) => collecting({ ids: [id] }).submission);
    const accepted = scheduler.submit(three());
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 1, waitingSequences: 2 });
    expect(() => scheduler.submit(three())).toThrow(QueueFullError);
    await Promise.all(accepted);
    expect(scheduler.status()).toMatchObject({ finished: 3, refused: 1 });
  });

  test("counts requests whose clients do not take their tokens and that gave their places away", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1, maxWaiting: 2 });
    const { passed, open } = gate();
    const accepted: Promise<unknown>[] = [];
    for (const id of [1, 2, 3]) {
      accepted.push(...scheduler.submit([held([id], passed).submission]));
      await expect.poll(() => scheduler.status().generatedTokens).toBe(id);
    }
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 0, parked: 2 });
    const submit = () => scheduler.submit([held([4], passed).submission]);
    expect(submit).toThrow("the queue is full: 2 requests are waiting");
    expect(scheduler.checkOpen).toThrow(QueueFullError);
    open();
    expect(await Promise.all(accepted)).toEqual(["length", "length", "length"]);
    expect(scheduler.status()).toMatchObject({ parked: 0, refused: 2 });
    expect(await Promise.all(submit())).toEqual(["length"]);
  });

  test("has no row of logits for each sequence", async () => {
    const { scheduler, model } = tinyScheduler();
    const before = process.memoryUsage().arrayBuffers;
    const sequences = Array.from({ length: 4000 }, () => collecting({ ids: [1] }).submission);
    const accepted = scheduler.submit(sequences);
    const rows = sequences.length * model.config.vocabSize * Float32Array.BYTES_PER_ELEMENT;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(rows / 2);
    await scheduler.close(0);
    await Promise.all(accepted);
  });

  test("estimates from the time that sequences ran when those that wait will have begun", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(1000);
    const { scheduler } = tinyScheduler({ maxRunning: 2, maxWaiting: 3 });
    const first = run(scheduler, [{ ids: [1], maxTokens: 1 }]);
    now.mockReturnValue(5000);
    await first; // ran for 4 s
    const { passed, open } = gate();
    const accepted = [1, 2, 3, 4, 5].flatMap((id) => scheduler.submit([held([id], passed).submission]));
    const refused = () => scheduler.submit([held([6], passed).submission]);
    expect(refused).toThrow("try again in about 6 seconds"); // 3 wait for 2 places: 1.5 times 4 s
    expect(refused).toThrow(expect.objectContaining({ retryAfterSeconds: 6 }));
    now.mockRestore();
    open();
    await Promise.all(accepted);
  });
});

describe("what can never run is refused at once", () => {
  const { scheduler } = tinyScheduler({ cacheLimit: 10 * TOKEN });
  test.each([
    [
      "a prompt beyond the context",
      { ids: new Array(25).fill(1) },
      ContextOverflowError,
      "submit: the prompt has 25 tokens; the model takes 24",
    ],
    ["an id the model does not have", { ids: [61] }, RangeError, "submit: the prompt's token id 61 is out of range"],
    ["an empty stop string", { ids: [1], stop: [""] }, RangeError, "stop: a stop string must not be empty"],
    [
      "a wrong maxTokens",
      { ids: [1], maxTokens: -1 },
      RangeError,
      "submit: maxTokens must be a whole number, 0 or more",
    ],
    [
      "an unknown option",
      { ids: [1], max_tokens: 2 },
      RangeError,
      'there is no option "max_tokens"; did you mean "maxTokens"?',
    ],
    [
      "a sequence beyond the cache limit",
      { ids: [1, 2, 3], maxTokens: 8 },
      CacheLimitError,
      "submit: a prompt of 3 and a text of 8 tokens need a cache of 3,168 bytes, the limit is 2,880 bytes; shorten the prompt or lower maxTokens",
    ],
  ])("%s", (_, wanted, error, message) => {
    const submit = () => scheduler.submit([collecting({ ids: [1] }).submission, collecting(wanted).submission]);
    expect(submit).toThrow(error);
    expect(submit).toThrow(message);
    expect(scheduler.status()).toMatchObject({ running: 0, waiting: 0 });
  });
});

describe("sequences begin in the order of their requests", () => {
  test("one after the other", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1 });
    const order: number[] = [];
    const all = [3, 1, 2, 5, 4].map((id) =>
      scheduler.submit([collecting({ ids: [id], onToken: () => void order.push(id) }).submission]),
    );
    await Promise.all(all.flat());
    expect(order.filter((id, i) => id !== order[i - 1])).toEqual([3, 1, 2, 5, 4]);
  });

  test("small ones do not overtake a large one that waits for memory", async () => {
    const { scheduler } = tinyScheduler({ cacheLimit: 24 * TOKEN });
    const order: string[] = [];
    const submit = (name: string, maxTokens: number) =>
      scheduler.submit([collecting({ ids: [1], maxTokens, onToken: () => void order.push(name) }).submission]);
    const all = [submit("first", 9), submit("second", 5), submit("large", 20), submit("small", 2), submit("last", 2)];
    expect(scheduler.status()).toMatchObject({ running: 2, waiting: 3, cacheBytes: 16 * TOKEN });
    await Promise.all(all.flat());
    expect([...new Set(order)]).toEqual(["first", "second", "large", "small", "last"]);
  });
});

test("running and kept caches together stay within the limit, and kept ones make room", async () => {
  const limit = 30 * TOKEN;
  const { scheduler, most, held: heldBytes } = tinyScheduler({ cacheLimit: limit });
  for (let round = 0; round < 8; round++) {
    const request = [0, 1, 2, 3].map((i) => ({ ids: [(5 * round + 3 * i) % 61, i], maxTokens: 2 + ((round + i) % 6) }));
    const ended = await run(scheduler, request);
    expect(ended.map(({ end }) => end)).toEqual(new Array(4).fill("length"));
    expect(scheduler.status()).toMatchObject({ cacheBytes: 0, keptBytes: heldBytes() });
  }
  expect(most()).toBeLessThanOrEqual(limit);
  expect(most()).toBeGreaterThan(limit / 2);
  await scheduler.close(0);
  expect(heldBytes()).toBe(0);
});

test("the kept cache that a prompt begins with is not evicted for it", async () => {
  const { scheduler } = tinyScheduler({ cacheLimit: 30 * TOKEN });
  const early = [1, 2, 3, 4, 5, 6, 7, 8];
  await run(scheduler, [{ ids: early, maxTokens: 2 }]); // keeps 10 tokens' memory
  await run(scheduler, [{ ids: [20, 21, 22, 23, 24, 25, 26, 27], maxTokens: 2 }]); // and 10 more
  await run(scheduler, [{ ids: [...early, 40], maxTokens: 6 }]); // needs 15
  expect(scheduler.status()).toMatchObject({ reusedTokens: 8, keptBytes: 25 * TOKEN });
});

test("the default limit is what the engine has left for caches", () => {
  const { scheduler } = tinyScheduler({}, 100_000);
  expect(scheduler.status().cacheLimit).toBeLessThan(100_000);
  expect(tinyScheduler().scheduler.status().cacheLimit).toBe(2 ** 30);
});

test("a limit beyond what the engine has is lowered to it", async () => {
  const { scheduler, most } = tinyScheduler({ cacheLimit: 2 ** 40 }, 200_000);
  const { cacheLimit } = scheduler.status();
  expect(cacheLimit).toBe(tinyScheduler({}, 200_000).scheduler.status().cacheLimit);
  for (let id = 0; id < 60; id++) await run(scheduler, [{ ids: [id], maxTokens: 20 }]);
  expect(most()).toBeLessThanOrEqual(cacheLimit);
});

test("kept caches make room for a pass that finds none in the engine", async () => {
  const { model, held: heldBytes } = tinyScheduler();
  const takeArena = () => {
    if (heldBytes() > 20 * TOKEN) throw new EngineError("no room for the pass");
    return model.engine.takeArena();
  };
  const scheduler = createScheduler({ ...model, engine: { ...model.engine, takeArena } });
  for (const id of [1, 2, 3]) {
    const [{ end }] = await run(scheduler, [{ ids: [id], maxTokens: 11 }]);
    expect(end).toBe("length");
  }
  expect(scheduler.status()).toMatchObject({ finished: 3, failed: 0, keptBytes: 12 * TOKEN });
});

test("memory that others have taken is waited for while sequences run, and is the error of a sequence alone", async () => {
  const { scheduler, engine } = tinyScheduler({ cacheLimit: 40 * TOKEN, reusePrefixes: false }, 150_000);
  const others = engine.allocate([(150_000 - 12 * TOKEN) / 4]); // leaves 12 tokens
  const ended = await run(scheduler, [
    { ids: [1], maxTokens: 9 },
    { ids: [2], maxTokens: 9 },
  ]);
  expect(ended.map(({ end }) => end)).toEqual(["length", "length"]);
  await expect(run(scheduler, [{ ids: [1], maxTokens: 20 }])).rejects.toThrow("KVCache: a capacity of 21 tokens");
  engine.free(others);
  expect((await run(scheduler, [{ ids: [1], maxTokens: 20 }]))[0].end).toBe("length");
});

test("running sequences get a token in every step while a long prompt is read, a chunk at a time", async () => {
  const { scheduler } = tinyScheduler({ chunk: 4 });
  const read: number[] = [];
  let late: Promise<unknown> = Promise.resolve();
  const onToken = () => {
    if (read.length === 0) late = run(scheduler, [{ ids: Array.from({ length: 18 }, (_, i) => i), maxTokens: 1 }]);
    read.push(scheduler.status().promptTokens);
  };
  await run(scheduler, [{ ids: [60], maxTokens: 12, onToken }]);
  await late;
  const steps = read.map((count, i) => count - (read[i - 1] ?? 0));
  expect(steps).toEqual([1, 4, 4, 4, 4, 2, 0, 0, 0, 0, 0, 0]);
});

test("what is submitted together runs in one batch", async () => {
  const { scheduler } = tinyScheduler();
  await run(
    scheduler,
    [1, 2, 3, 4].map((id) => ({ ids: [id], maxTokens: 5 })),
  );
  expect(scheduler.status()).toMatchObject({ steps: 5, generatedTokens: 20 });
});

test("maxTokens 0 ends without a step", async () => {
  const { scheduler } = tinyScheduler();
  expect((await run(scheduler, [{ ids: [1], maxTokens: 0 }]))[0].end).toBe("length");
  expect(scheduler.status()).toMatchObject({ steps: 0, finished: 1, keptBytes: 0 });
});
