import { createSimdEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { ContextOverflowError } from "../src/errors.ts";
import { measureGeneration, measurePositions } from "../src/measure.ts";
import { randomModel } from "../src/random-parameters.ts";
import { tinyConfig, tinyModel } from "./tiny-model.ts";

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

test("limits are measured on the engine's threads, five times at least, and given back", async () => {
  const engine = createSimdEngine({ threads: 2 });
  try {
    const fast = await randomModel("tiny", tinyConfig, engine);
    const before = engine.memory?.roomBytes;
    const { limits } = await measureGeneration(fast, { promptTokens: 2, newTokens: 2, runs: 1, limits: true });
    expect(limits?.readBytesPerSecondByThreads).toHaveLength(2);
    expect(limits?.readBytesPerSecondByThreads.at(-1)).toBe(limits?.readBytesPerSecond);
    expect(limits?.readBytesPerSecond).toBeGreaterThan(1e8);
    expect(limits?.flopsPerSecond).toBeGreaterThan(1e8);
    expect(engine.memory?.roomBytes).toBeLessThanOrEqual(before as number);
    expect((before as number) - (engine.memory?.roomBytes as number)).toBeLessThan(1 << 20); // scratch, not 512 MB
  } finally {
    engine.dispose();
  }
});

test("measuring positions gives its cache back, whether it ends or is given up", async () => {
  const engine = createSimdEngine({ threads: 1 });
  try {
    const fast = await randomModel("tiny", tinyConfig, engine);
    await measurePositions(fast, [1, 9], { useCache: true, runs: 1 });
    const before = engine.memory?.roomBytes;
    await measurePositions(fast, [1, 9], { useCache: true, runs: 1 });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(measurePositions(fast, [1, 9], { useCache: true, runs: 1, signal })).rejects.toThrow("enough");
    expect(engine.memory?.roomBytes).toBe(before);
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
