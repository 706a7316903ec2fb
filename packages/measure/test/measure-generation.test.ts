import { createSimdEngine, type Engine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { randomModel } from "../../gpt/src/checkpoint/random-parameters.ts";
import { ContextOverflowError } from "../../gpt/src/errors.ts";
import { weightBytesPerStep } from "../../gpt/src/memory/cost.ts";
import { tinyConfig, tinyModel } from "../../gpt/test/tiny-model.ts";
import { limitPasses } from "../src/limit-passes.ts";
import { measureGeneration } from "../src/measure-generation.ts";
import { measurePositions } from "../src/measure-positions.ts";

const model = tinyModel(); // L 3, C 12, nInner 48, V 61, 24 positions

test.each([true, false])("generation is measured in runs, useCache %s", async (useCache) => {
  const seen: number[] = [];
  const onRun = (run: number) => seen.push(run);
  const speed = await measureGeneration(model, { promptTokens: 4, newTokens: 3, depth: 2, runs: 3, useCache, onRun });
  expect(seen).toEqual([1, 2, 3]);
  expect(speed).toMatchObject({ promptTokens: 4, newTokens: 3, depth: 2, useCache });
  for (const { runs, mean, standardDeviation, median } of [speed.prefill, speed.decode]) {
    const [a, b, c] = runs as [number, number, number];
    expect(mean).toBeCloseTo((a + b + c) / 3, 6);
    expect(standardDeviation).toBeCloseTo(Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2), 6);
    expect(median).toBe([a, b, c].sort((x, y) => x - y)[1]);
    expect(Math.min(a, b, c)).toBeGreaterThan(0);
  }
});

test.each([true, false])("positions are measured in gaps too, useCache %s", async (useCache) => {
  const times = await measurePositions(model, [1, 2, 9, 24], { useCache, runs: 2 });
  expect(times.map(({ position }) => position)).toEqual([1, 2, 9, 24]);
  for (const { milliseconds } of times) expect(milliseconds).toBeGreaterThan(0);
});

test("an abort ends the measurement with the signal's reason", async () => {
  const controller = new AbortController();
  const onRun = () => controller.abort(new Error("enough"));
  await expect(
    measureGeneration(model, { promptTokens: 2, signal: controller.signal, newTokens: 2, onRun }),
  ).rejects.toThrow("enough");
});

test("a count that cannot be is refused", async () => {
  await expect(measureGeneration(model, { runs: 0 })).rejects.toThrow(
    "measuring: runs must be a whole number, 1 or more, got 0",
  );
});

test("tokens that do not fit the context are refused", async () => {
  await expect(measureGeneration(model, { promptTokens: 25 })).rejects.toThrow(ContextOverflowError);
  await expect(measureGeneration(model, { promptTokens: 25 })).rejects.toThrow(
    "measuring: the prompt has 25 tokens; the model takes 24; shorten the prompt",
  );
  await expect(measureGeneration(model, { promptTokens: 1, depth: 20, newTokens: 5 })).rejects.toThrow(
    ContextOverflowError,
  );
});

test("a position outside the context, or out of order, is refused", async () => {
  const wrong = "positions must be whole numbers from 1 to nPositions = 24, ascending, got";
  await expect(measurePositions(model, [3, 2], { useCache: true })).rejects.toThrow(`${wrong} 2 after 3`);
});

/** An engine whose passes take turns: of reading 1, 2, 3 ... GB/s, of multiply-adds 1, 2, 3 ... GFLOP/s. */
function withLimits(engine: Engine, seen: string[]): Engine {
  let reads = 0;
  let multiplications = 0;
  return {
    ...engine,
    threads: 2,
    limits: (readBytes) => ({
      readPass: (threads) => {
        seen.push(`read ${readBytes} on ${threads}`);
        return ++reads * 1e9;
      },
      multiplyAddPass: () => ++multiplications * 1e9,
      dispose: () => void seen.push("disposed"),
    }),
  };
}

test("after each step that counts as many bytes are read as it reads, on the same threads; the limit is their median", async () => {
  const seen: string[] = [];
  const measured = { ...model, engine: withLimits(model.engine, seen) };
  const { limits } = await measureGeneration(measured, { promptTokens: 2, newTokens: 3, runs: 2, limits: true });
  const bytes = weightBytesPerStep(model);
  const run = [`read ${bytes} on 1`, ...new Array(3).fill(`read ${bytes} on 2`)];
  expect(seen).toEqual([...run, ...run, "disposed"]);
  // on one thread passes 1 and 5, on both 2, 3, 4 and 6, 7, 8; of multiply-adds the fifth is the best
  expect(limits).toEqual({
    readBytesPerSecond: 5e9,
    readBytesPerSecondByThreads: [3e9, 5e9],
    flopsPerSecond: 5e9,
  });
});

test("the share of the read limit is the median of the pairs of a step and the pass after it", () => {
  const passes = limitPasses(withLimits(model.engine, []), 1e6); // 1 MB
  passes?.afterStep(1); // 1 GB/s of 1
  passes?.afterStep(1); // 1 of 2
  passes?.afterStep(0.25); // 4 of 3
  expect(passes?.shareOfReadLimit()).toBeCloseTo(1, 12);
  passes?.afterStep(1); // 1 of 4
  expect(passes?.shareOfReadLimit()).toBeCloseTo(0.75, 12); // between 1/2 and 1
});

test("limits are measured on the engine's threads, and given back", async () => {
  const engine = createSimdEngine({ threads: 2 });
  try {
    const fast = await randomModel("tiny", tinyConfig, engine);
    const before = engine.memory?.availableBytes;
    const speed = await measureGeneration(fast, { promptTokens: 2, newTokens: 2, runs: 1, limits: true });
    const { limits, shareOfReadLimit } = speed;
    expect(limits?.readBytesPerSecondByThreads).toHaveLength(2);
    expect(limits?.readBytesPerSecondByThreads.at(-1)).toBe(limits?.readBytesPerSecond);
    expect(limits?.readBytesPerSecond).toBeGreaterThan(0);
    expect(limits?.flopsPerSecond).toBeGreaterThan(1e8);
    expect(shareOfReadLimit).toBeGreaterThan(0);
    expect(engine.memory?.availableBytes).toBeLessThanOrEqual(before as number);
    expect((before as number) - (engine.memory?.availableBytes as number)).toBeLessThan(1 << 20); // scratch, not what is read
  } finally {
    engine.dispose();
  }
});

test("a pass reads more than the 512 MB that it takes at most, and gives them back", () => {
  const engine = createSimdEngine({ threads: 1 });
  const room = () => engine.memory?.availableBytes as number;
  const before = room();
  const limits = engine.limits?.(600 << 20);
  expect(before - room()).toBe(512 << 20);
  expect(limits?.readPass(1)).toBeGreaterThan(0);
  limits?.dispose();
  expect(room()).toBe(before);
  engine.dispose();
});

test("measuring positions gives its cache back, whether it ends or is given up", async () => {
  const engine = createSimdEngine({ threads: 1 });
  try {
    const fast = await randomModel("tiny", tinyConfig, engine);
    for (let i = 0; i < 2; i++) await measurePositions(fast, [1, 9], { useCache: true, runs: 1 }); // the arena has its size
    const before = engine.memory?.availableBytes;
    await measurePositions(fast, [1, 9], { useCache: true, runs: 1 });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(measurePositions(fast, [1, 9], { useCache: true, runs: 1, signal })).rejects.toThrow("enough");
    expect(engine.memory?.availableBytes).toBe(before);
  } finally {
    engine.dispose();
  }
});

test("the reference kernels have no limits", async () => {
  expect(
    (await measureGeneration(model, { promptTokens: 2, newTokens: 2, runs: 1, limits: true })).limits,
  ).toBeUndefined();
});

test("what a step allocates is the median of its growth, less what asking takes", async () => {
  let used = 0;
  let asked = 0;
  const heapUsed = () => {
    asked++;
    if (asked === 3)
      used -= 5000; // collected in between
    else if (asked <= 5)
      used += 130; // four steps, and what asking takes
    else used += 30;
    return used;
  };
  const speed = await measureGeneration(model, { promptTokens: 2, newTokens: 4, runs: 1, heapUsed });
  expect(speed.heapBytesPerStep).toBe(100);
});

test("onWarm is called between the warm-up and the first run that counts", async () => {
  const order: string[] = [];
  const onWarm = () => void order.push("warm");
  const onRun = (run: number) => void order.push(`run ${run}`);
  await measureGeneration(model, { promptTokens: 2, newTokens: 2, runs: 2, onWarm, onRun });
  expect(order).toEqual(["warm", "run 1", "run 2"]);
});
