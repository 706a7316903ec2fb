/** By the one order of sums a sequence has the same bits alone, in any batch, in any chunks, and after a reused prefix. */
import { forward, generate } from "@tsgpt/gpt";
import { afterAll, describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { createScheduler, type Scheduler } from "../src/scheduler/index.ts";
import { type CollectedEnd, drawing, loadFairytales, promptsOf, run } from "./collected.ts";

const model = await loadFairytales();
const { vocabSize } = model.config;
afterAll(() => model.engine.dispose());

/** The logits before each token, of one pass over the whole text alone, without a cache. */
function logitsAlone(prompt: readonly number[], { tokens }: CollectedEnd, by = model): Float32Array[] {
  const rows = forward(by, [...prompt, ...tokens.map(({ id }) => id)]).data;
  return tokens.map(({ position }) => rows.slice((position - 1) * vocabSize, position * vocabSize));
}

/** Compares bits: toEqual would take -0 for 0. */
function expectSameBits(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, row] of actual.entries()) {
    expect(Buffer.compare(bytesOf(row), bytesOf(expected[i])), `row ${i}`).toBe(0);
  }
}

const bytesOf = (row: Float32Array) => Buffer.from(row.buffer, row.byteOffset, row.byteLength);

async function expectAlone(scheduler: Scheduler, prompts: readonly number[][], by = model): Promise<void> {
  const all = await run(
    scheduler,
    prompts.map((ids, i) => ({ ids, sample: drawing(i), ignoreEos: true })),
  );
  for (const [i, one] of all.entries()) {
    expect(one.tokens).toHaveLength(8);
    expectSameBits(one.logits, logitsAlone(prompts[i], one, by));
  }
  await scheduler.close(0);
}

test.each(sample([1, 2, 3, 7, 16, 32, 100], 2))("in chunks of %i tokens", async (chunk) => {
  await expectAlone(createScheduler(model, { chunk }), promptsOf(3, 90, chunk));
});

test.each(sample([1, 2, 5, 16], 1))("at most %i at once, of 6", async (maxRunning) => {
  await expectAlone(createScheduler(model, { maxRunning }), promptsOf(6, 40, maxRunning));
});

const others = [
  { threads: 2, dtype: "int8" },
  { threads: 2, dtype: "f32" },
  { threads: 1, dtype: "int8" },
  { threads: 1, dtype: "bf16" },
] as const;

test.each(sample(others, 1))("in $dtype on $threads threads", async ({ threads, dtype }) => {
  const other = await loadFairytales(threads, dtype);
  await expectAlone(createScheduler(other, { chunk: 11 }), promptsOf(4, 40, 14), other);
  other.engine.dispose();
});

describe("after a reused prefix", () => {
  const start = promptsOf(1, 50, 9)[0] as number[];
  const long = Array.from({ length: 40 }, (_, i) => start[i % start.length] + i);

  test.each([
    ["a part of the prompt", [...long.slice(0, 25), 5, 6, 7], 25],
    ["all but the prompt's last token", [...long, 5], 40],
    ["the prompt", long, 39], // the logits after its last token are needed
    ["more than the prompt", long.slice(0, 20), 19],
  ])("that has %s", async (_, ids, shared) => {
    const scheduler = createScheduler(model);
    const [first] = await run(scheduler, [{ ids: long, ignoreEos: true }]);
    const [second] = await run(scheduler, [{ ids, ignoreEos: true, sample: drawing(2) }]);
    const { reusedTokens, promptTokens } = scheduler.status();
    expect([reusedTokens, promptTokens]).toEqual([shared, 40 + ids.length - shared]);
    expectSameBits(first.logits, logitsAlone(long, first));
    expectSameBits(second.logits, logitsAlone(ids, second));
    await scheduler.close(0);
  });

  test("of a sequence that is still running", async () => {
    const scheduler = createScheduler(model, { chunk: 40 });
    const ids = [...long, 9];
    const [first, second] = await run(scheduler, [
      { ids: long, ignoreEos: true },
      { ids, ignoreEos: true },
    ]);
    expect(scheduler.status()).toMatchObject({ reusedTokens: 40, promptTokens: 41 });
    expectSameBits(first.logits, logitsAlone(long, first));
    expectSameBits(second.logits, logitsAlone(ids, second));
    await scheduler.close(0);
  });

  test("of generated tokens: a text that goes on", async () => {
    const scheduler = createScheduler(model);
    const [first] = await run(scheduler, [{ ids: long, ignoreEos: true }]);
    const ids = [...long, ...first.tokens.map(({ id }) => id)];
    const [second] = await run(scheduler, [{ ids, ignoreEos: true }]);
    expect(scheduler.status().reusedTokens).toBe(47); // the last of 48 is fed
    expectSameBits(second.logits, logitsAlone(ids, second));
    await scheduler.close(0);
  });

  test("not if reusePrefixes is false", async () => {
    const scheduler = createScheduler(model, { reusePrefixes: false });
    await run(scheduler, [{ ids: long }]);
    await run(scheduler, [{ ids: long }]);
    expect(scheduler.status()).toMatchObject({ reusedTokens: 0, promptTokens: 80, keptBytes: 0 });
  });
});

describe("a prompt's own logits", () => {
  const ids = promptsOf(1, 60, 10)[0] as number[];
  const rowsOf = (list: readonly number[]) => {
    const { data } = forward(model, list);
    return list.map((_, i) => data.slice(i * vocabSize, (i + 1) * vocabSize));
  };

  test.each([0, 3])(
    "of every position, with %i tokens after it, next to others and after a kept prefix",
    async (maxTokens) => {
      const scheduler = createScheduler(model, { chunk: 7 });
      await run(scheduler, [{ ids }]);
      const rows: Float32Array[] = [];
      const onPromptLogits = (position: number, logits: Float32Array) => {
        expect(position).toBe(rows.length);
        rows.push(logits.slice());
      };
      const others = promptsOf(2, 20, 11);
      const all = await run(scheduler, [{ ids: others[0] }, { ids, onPromptLogits, maxTokens }, { ids: others[1] }]);
      expectSameBits(rows, rowsOf(ids));
      expect([all[1].tokens.length, all[1].end]).toEqual([maxTokens, "length"]);
      for (const [i, own] of [others[0], ids, others[1]].entries())
        expectSameBits(all[i].logits, logitsAlone(own, all[i]));
      await scheduler.close(0);
    },
  );
});

test("random requests at once are what generate gives one by one", { timeout: 300_000 }, async () => {
  const prompts = promptsOf(200, 60, 12);
  const numbers = sample([...prompts.keys()], 20);
  const scheduler = createScheduler(model, { maxWaiting: 200, chunk: 16 });
  const requests = numbers.map((i) => ({
    ids: i % 3 === 0 ? [...(prompts[0] as number[]), ...prompts[i]] : prompts[i],
    maxTokens: 1 + ((13 * i) % 16),
    ...(i % 5 === 0 ? { stop: [" the", "and"] } : {}),
    ignoreEos: i % 7 === 0,
  }));
  const together = await Promise.all(
    requests.map(async (one, at) => (await run(scheduler, [{ ...one, sample: drawing(at) }]))[0]),
  );
  for (const [at, { ids, ...options }] of requests.entries()) {
    const tokens = [];
    const alone = generate(model, ids, { ...options, sample: drawing(at) });
    let next = await alone.next();
    for (; !next.done; next = await alone.next()) tokens.push(next.value);
    expect({ tokens: together[at].tokens, end: together[at].end }).toEqual({ tokens, end: next.value });
  }
  expect(scheduler.status()).toMatchObject({ running: 0, waiting: 0, cacheBytes: 0, finished: numbers.length });
  await scheduler.close(0);
});

test("the engine's memory is after close what it was before", async () => {
  const requests = () => promptsOf(12, 60, 13).map((ids, i) => ({ ids, maxTokens: 1 + (i % 4), sample: drawing(i) }));
  const own = await loadFairytales();
  const left: unknown[] = [];
  for (let round = 0; round < 3; round++) {
    const scheduler = createScheduler(own, { chunk: 16 });
    await run(scheduler, requests());
    expect(scheduler.status().keptBytes).toBeGreaterThan(0);
    await scheduler.close(0);
    left.push(own.engine.memory);
  }
  expect(left[0]).toMatchObject({ availableBytes: expect.any(Number) });
  own.engine.dispose();
  expect(left).toEqual([left[0], left[0], left[0]]); // the first round makes the scratch of the largest pass
});
