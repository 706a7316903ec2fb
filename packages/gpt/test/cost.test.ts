import { createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { KVCache } from "../src/kv-cache.ts";
import { multiplyAddsPerToken, weightBytes, weightBytesPerStep } from "../src/memory/cost.ts";
import { cacheBytes } from "../src/memory/memory.ts";
import { tinyConfig, tinyModel } from "./tiny-model.ts";

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

test("a position outside the context is refused", () => {
  expect(() => multiplyAddsPerToken(model.config, 25, true)).toThrow("ascending, got 25 after 0");
});

test("a step reads all weights but the tables it takes a row of; a tied table is the head", async () => {
  expect(weightBytes(model) - weightBytesPerStep(model)).toBe(4 * 24 * 12); // wpe [24, 12]
  const untied = await randomModel("untied", { ...tinyConfig, tieWordEmbeddings: false }, createReferenceEngine());
  expect(weightBytes(untied) - weightBytesPerStep(untied)).toBe(4 * (24 * 12 + 61 * 12)); // and wte [61, 12]
});
