import { expect, test } from "vitest";
import { ContextOverflowError } from "../src/errors.ts";
import { KVCache } from "../src/kv-cache.ts";
import { measureGeneration, measurePositions, multiplyAddsPerToken } from "../src/measure.ts";
import { cacheBytes } from "../src/memory.ts";
import { tinyModel } from "./tiny-model.ts";

const model = tinyModel(); // L 3, C 12, nInner 48, V 61, 24 positions

test("multiply-adds with a cache: the blocks, the keys seen, the head", () => {
  // 3 (4 * 144 + 2 * 12 * 48) + 2 * 3 * 12 * 5 + 61 * 12 = 5184 + 360 + 732
  expect(multiplyAddsPerToken(model.config, 5, true)).toBe(6276);
});

test("multiply-adds without a cache: all tokens again, the head once", () => {
  // 5 * 5184 + 2 * 3 * 12 * (1 + 2 + 3 + 4 + 5) + 732 = 25920 + 1080 + 732
  expect(multiplyAddsPerToken(model.config, 5, false)).toBe(27732);
});

test("the first token costs the same with and without a cache", () => {
  expect(multiplyAddsPerToken(model.config, 1, false)).toBe(multiplyAddsPerToken(model.config, 1, true));
});

test("cache bytes are those of a KVCache", () => {
  expect(cacheBytes(model.config, 24)).toBe(new KVCache(model.config, model.engine).bytes);
});

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
    "measureGeneration: runs must be a whole number, 1 or more, got 0",
  );
});

test("tokens that do not fit the context are refused", async () => {
  await expect(measureGeneration(model, { promptTokens: 25 })).rejects.toThrow(ContextOverflowError);
  await expect(measureGeneration(model, { promptTokens: 1, depth: 20, newTokens: 5 })).rejects.toThrow(
    ContextOverflowError,
  );
});

test("a position outside the context, or out of order, is refused", async () => {
  const wrong = "positions must be whole numbers from 1 to nPositions = 24, ascending, got";
  await expect(measurePositions(model, [3, 2], { useCache: true })).rejects.toThrow(`${wrong} 2 after 3`);
  expect(() => multiplyAddsPerToken(model.config, 25, true)).toThrow(`${wrong} 25 after 0`);
});
