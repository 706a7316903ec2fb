/** How sequences end: clients that leave or are slow, errors of one sequence, the time limit, and close. */
import { EngineError } from "@tsgpt/tensor";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ClosedError, createScheduler, type SchedulerOptions, type Submission } from "../src/scheduler/index.ts";
import { collecting, drawing, run } from "./collected.ts";
import { gate, TOKEN, tinyScheduler } from "./tiny-scheduler.ts";

afterEach(() => void vi.useRealTimers());

describe("a client that leaves", () => {
  test("while its sequence runs: freed within one step, and the others go on", async () => {
    const { scheduler, held } = tinyScheduler({ reusePrefixes: false });
    const leaving = new AbortController();
    const seen: number[] = []; // bytes held at each token of the one that stays
    let isGone = false;
    const stays = () => {
      if (isGone) seen.push(held());
    };
    const leaves = () => {
      if (mine.collected.tokens.length < 3) return;
      leaving.abort();
      isGone = true;
    };
    const mine = collecting({ ids: [2], maxTokens: 20, signal: leaving.signal, onToken: leaves });
    const other = run(scheduler, [{ ids: [1], maxTokens: 10, onToken: stays }]);
    expect(await Promise.all(scheduler.submit([mine.submission]))).toEqual(["abort"]);
    expect((await other)[0].tokens).toHaveLength(10);
    expect(mine.collected.tokens).toHaveLength(3);
    expect(seen).toEqual(new Array(7).fill(11 * TOKEN)); // from the next step on, only its own
    expect(scheduler.status()).toMatchObject({ finished: 1, cancelled: 1, cacheBytes: 0 });
  });

  test("during a pass: it ends after the pass, which goes on for the others", async () => {
    const { model } = tinyScheduler();
    const leaving = new AbortController();
    let passes = 0;
    const takeArena = () => {
      if (++passes === 3) setImmediate(() => leaving.abort()); // a pass yields to the event loop between its layers
      return model.engine.takeArena();
    };
    const engine = { ...model.engine, takeArena };
    const scheduler = createScheduler({ ...model, engine }, { reusePrefixes: false }); // its cache is freed
    const ended = await run(scheduler, [
      { ids: [1], maxTokens: 6 },
      { ids: [2], maxTokens: 6, signal: leaving.signal },
    ]);
    expect(ended.map(({ end, tokens }) => [end, tokens.length])).toEqual([
      ["length", 6],
      ["abort", 2],
    ]);
  });

  test("while it waits, or before it is submitted: it never begins", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1 });
    const leaving = new AbortController();
    const { passed, open } = gate();
    const first = run(scheduler, [{ ids: [1], onToken: () => passed }]);
    const second = run(scheduler, [{ ids: [2], signal: leaving.signal }]);
    const third = run(scheduler, [{ ids: [3], signal: AbortSignal.abort() }]);
    leaving.abort();
    expect(scheduler.status()).toMatchObject({ running: 1, waiting: 0 });
    expect((await second)[0]).toMatchObject({ end: "abort", tokens: [] });
    expect((await third)[0]).toMatchObject({ end: "abort", tokens: [] });
    open();
    await first;
  });

  test("while it has not taken a token: freed at once, with the text that was held back", async () => {
    const { scheduler } = tinyScheduler({ reusePrefixes: false });
    const leaving = new AbortController();
    const reached = gate();
    const onToken = () => {
      reached.open();
      return new Promise<void>(() => {}); // never
    };
    const stop = ["a", "b", "c", "d", "e"].map((end) => `.${end}`); // "." is held back
    const sample = () => 53; // its character is "."
    const ending = run(scheduler, [{ ids: [1], stop, sample, signal: leaving.signal, onToken }]);
    await reached.passed;
    expect(scheduler.status().running).toBe(1);
    leaving.abort();
    expect(scheduler.status()).toMatchObject({ running: 0, cacheBytes: 0 });
    expect((await ending)[0]).toMatchObject({ end: "abort", held: ["."], tokens: [{ id: 53, text: "" }] });
  });
});

describe("a client that is slow", () => {
  test("takes no further step until its token is taken; the others go on", async () => {
    const { scheduler } = tinyScheduler();
    const { passed, open } = gate();
    const slow = collecting({ ids: [1], maxTokens: 4, onToken: () => passed });
    const ended = scheduler.submit([slow.submission]);
    const [fast] = await run(scheduler, [{ ids: [2], maxTokens: 12 }]);
    expect([fast.tokens.length, slow.collected.tokens.length]).toEqual([12, 1]);
    open();
    expect(await Promise.all(ended)).toEqual(["length"]);
    expect(slow.collected.tokens).toHaveLength(4);
  });

  test.each([
    ["places", { maxRunning: 2 }],
    ["memory", { cacheLimit: 18 * TOKEN }],
  ])("gives its %s to those that wait, and goes on with the same bits when it is back", async (_, options) => {
    const alone = await run(tinyScheduler().scheduler, [{ ids: [7, 8, 9], maxTokens: 6, sample: drawing(7) }]);
    const { scheduler, most } = tinyScheduler(options);
    const { passed, open } = gate();
    const slow = [1, 2].map((n) => {
      let taken = 0;
      const onToken = () => (++taken === 1 + n ? passed : undefined);
      return run(scheduler, [{ ids: [7, 8, 9], maxTokens: 6, sample: drawing(7), onToken }]);
    });
    const quick = await run(
      scheduler,
      [1, 2, 3].map((id) => ({ ids: [id], maxTokens: 8 })),
    );
    expect(quick.map(({ tokens, end }) => [tokens.length, end])).toEqual(new Array(3).fill([8, "length"]));
    open();
    for (const [one] of await Promise.all(slow)) {
      expect(one.tokens).toEqual(alone[0].tokens);
      expect(one.logits).toEqual(alone[0].logits);
    }
    expect(most()).toBeLessThanOrEqual(scheduler.status().cacheLimit);
    expect(scheduler.status()).toMatchObject({ finished: 5, running: 0, waiting: 0, cacheBytes: 0 });
  });

  test("by a moment keeps its place, though others wait for it", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 2, reusePrefixes: false });
    const onToken = async () => {};
    await run(
      scheduler,
      [1, 2, 3].map((id) => ({ ids: [id], onToken })),
    );
    expect(scheduler.status()).toMatchObject({ promptTokens: 3, finished: 3 }); // none is read again
  });

  test("and leaves while others have its place: it ends at once", async () => {
    const { scheduler } = tinyScheduler({ maxRunning: 1 });
    const leaving = new AbortController();
    const slow = run(scheduler, [{ ids: [1], signal: leaving.signal, onToken: () => new Promise<void>(() => {}) }]);
    await run(scheduler, [{ ids: [2], maxTokens: 3 }]);
    expect(scheduler.status()).toMatchObject({ running: 0, waiting: 0, cacheBytes: 0 });
    leaving.abort();
    expect((await slow)[0]).toMatchObject({ end: "abort", tokens: [{ position: 1 }] });
  });

  test("at its last token: its cache is free at once, its end comes when the token is taken", async () => {
    const { scheduler } = tinyScheduler({ reusePrefixes: false });
    const { passed, open } = gate();
    let isOver = false;
    const slow = run(scheduler, [{ ids: [1], maxTokens: 1, onToken: () => passed }]).then((all) => {
      isOver = true;
      return all;
    });
    await run(scheduler, [{ ids: [2], maxTokens: 5 }]);
    expect(scheduler.status()).toMatchObject({ running: 0, cacheBytes: 0, finished: 1 });
    expect(isOver).toBe(false);
    open();
    expect((await slow)[0].end).toBe("length");
  });
});

describe("an error of one sequence ends that one only", () => {
  const fail = (): never => {
    throw new Error("mine");
  };
  const wrongs: readonly [string, Partial<Submission>, string][] = [
    ["a sampler that throws", { sample: fail }, "mine"],
    ["a sampler that chooses no id of the model", { sample: () => 61 }, "submit: sample chose id 61"],
    ["onToken that throws", { onToken: fail }, "mine"],
    ["onToken that rejects", { onToken: async () => fail() }, "mine"],
    ["onPromptLogits that throws", { onPromptLogits: fail }, "mine"],
    ["onHeldText that throws", { onHeldText: fail, stop: [".a"], sample: () => 53, onToken: fail }, "mine"],
  ];

  test.each(wrongs)("%s", async (_, wrong, message) => {
    const { scheduler, held } = tinyScheduler({ reusePrefixes: false });
    const [one, other] = [collecting({ ids: [1], ...wrong }), collecting({ ids: [2] })];
    const [first, second] = scheduler.submit([one.submission, other.submission]);
    await expect(first).rejects.toThrow(message);
    expect(await second).toBe("length");
    expect(other.collected.tokens).toHaveLength(8);
    expect(scheduler.status()).toMatchObject({ failed: 1, finished: 1, running: 0 });
    expect(held()).toBe(0);
  });

  test("that of the engine ends all that run, and those that wait", async () => {
    const { model } = tinyScheduler();
    const takeArena = () => {
      throw new EngineError("the engine is gone");
    };
    const scheduler = createScheduler({ ...model, engine: { ...model.engine, takeArena } }, { maxRunning: 2 });
    const ended = scheduler.submit([1, 2, 3].map((id) => collecting({ ids: [id] }).submission));
    for (const one of ended) await expect(one).rejects.toThrow("the engine is gone");
    expect(scheduler.status()).toMatchObject({ failed: 3, running: 0, waiting: 0 });
  });
});

test("the time limit ends running, slow and waiting sequences alike", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { scheduler } = tinyScheduler({ timeLimit: 1000, maxRunning: 1 });
  const [one, other] = [gate(), gate()];
  const slow = run(scheduler, [{ ids: [1], onToken: () => one.passed }]);
  const waiting = run(scheduler, [{ ids: [2], onToken: () => other.passed }]);
  vi.advanceTimersByTime(999);
  expect(scheduler.status()).toMatchObject({ running: 1, waiting: 1 });
  vi.advanceTimersByTime(1);
  expect((await slow)[0].end).toBe("timeout");
  expect((await waiting)[0]).toMatchObject({ end: "timeout", tokens: [] });
  expect(vi.getTimerCount()).toBe(0);
  expect(scheduler.status().cancelled).toBe(2);
});

describe("close", () => {
  test("lets what was accepted end within the grace period, refuses the rest, and frees everything", async () => {
    const { scheduler, held } = tinyScheduler({ maxRunning: 1 });
    const accepted = run(scheduler, [{ ids: [1] }, { ids: [2] }]);
    const closing = scheduler.close(60_000);
    expect(scheduler.status().isClosing).toBe(true);
    expect(() => scheduler.submit([collecting({ ids: [1] }).submission])).toThrow(ClosedError);
    expect(() => scheduler.submit([])).toThrow(
      "the server is shutting down and accepts no more requests; use another, or try again after its restart",
    );
    expect(await closing).toEqual({ finished: 2, cancelled: 0 });
    expect((await accepted).map(({ end }) => end)).toEqual(["length", "length"]);
    expect(held()).toBe(0);
  });

  test("ends the others after it, and reports how many", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { scheduler, held } = tinyScheduler({ maxRunning: 2 });
    const { passed } = gate();
    const [quick, slow] = [
      { ids: [1], maxTokens: 2 },
      { ids: [2], onToken: () => passed },
    ];
    const all = run(scheduler, [quick, slow, slow, slow]);
    const closing = scheduler.close(5000);
    while (scheduler.status().finished < 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(5000);
    expect(await closing).toEqual({ finished: 1, cancelled: 3 });
    expect((await all).map(({ end }) => end)).toEqual(["length", "closed", "closed", "closed"]);
    expect(held()).toBe(0);
  });

  test("can be called again with a shorter period", async () => {
    const { scheduler } = tinyScheduler();
    const { passed } = gate();
    const slow = run(scheduler, [{ ids: [1], onToken: () => passed }]);
    const [first, second] = [scheduler.close(600_000), scheduler.close(0)];
    expect(await first).toEqual({ finished: 0, cancelled: 1 });
    expect(await second).toEqual({ finished: 0, cancelled: 1 });
    await slow;
    expect(await scheduler.close(0)).toEqual({ finished: 0, cancelled: 0 });
  });
});

test("a signal that many sequences share has one listener, and ends all of them", async () => {
  const { scheduler } = tinyScheduler({ maxRunning: 4 });
  const leaving = new AbortController();
  const added = vi.spyOn(leaving.signal, "addEventListener");
  const { passed, open } = gate();
  const wanted = Array.from({ length: 12 }, (_, i) => ({ ids: [i], signal: leaving.signal, onToken: () => passed }));
  const all = [run(scheduler, wanted), run(scheduler, wanted)];
  const other = run(scheduler, [{ ids: [1] }]);
  expect(added).toHaveBeenCalledTimes(1); // Node warns of a leak when there are more than ten
  leaving.abort();
  for (const ended of (await Promise.all(all)).flat()) expect(ended.end).toBe("abort");
  open();
  expect((await other)[0].end).toBe("length");
});

test("no timer and no listener is left", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { scheduler } = tinyScheduler({ timeLimit: 1000 });
  const { signal } = new AbortController();
  const [added, removed] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
  await run(scheduler, [{ ids: [1], signal }]);
  await scheduler.close(1000);
  expect(vi.getTimerCount()).toBe(0);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test.each([
  [{ maxWaiting: 0 }, "createScheduler: maxWaiting must be a whole number, 1 or more, got 0"],
  [{ maxRunning: 1.5 }, "createScheduler: maxRunning must be a whole number, 1 or more, got 1.5"],
  [{ chunk: -1 }, "createScheduler: chunk must be a whole number, 1 or more, got -1"],
  [{ cacheLimit: Number.NaN }, "createScheduler: cacheLimit must be a whole number, 1 or more, got NaN"],
  [{ timeLimit: 0 }, "createScheduler: timeLimit must be milliseconds from 1 to 2147483647, got 0"],
  [{ max_waiting: 3 }, 'createScheduler: there is no option "max_waiting"; did you mean "maxWaiting"?'],
])("options %j are refused", (options, message) => {
  expect(() => tinyScheduler(options as SchedulerOptions)).toThrow(message);
});

test("a grace period that no timer can wait for is refused", async () => {
  const { scheduler } = tinyScheduler();
  await expect(scheduler.close(Number.POSITIVE_INFINITY)).rejects.toThrow(
    "close: the grace period must be milliseconds from 0 to 2147483647, got Infinity",
  );
});
