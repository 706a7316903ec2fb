import { createReferenceEngine, createSimdEngine, EngineError } from "@tsgpt/tensor";
import { afterAll, expect, test } from "vitest";
import type { Checkpoint, StoredTensor } from "../src/checkpoint/checkpoint.ts";
import { listExpected } from "../src/checkpoint/names.ts";
import { loadParameters } from "../src/checkpoint/parameters.ts";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { presetConfig } from "../src/config/presets.ts";
import { KVCache } from "../src/kv-cache.ts";
import { weightBytes } from "../src/memory/cost.ts";
import { chooseDtype, memoryNeed } from "../src/memory/memory.ts";
import { forward } from "../src/model.ts";
import { tinyConfig } from "./tiny-model.ts";

const engine = createSimdEngine({ threads: 1 });
afterAll(() => engine.dispose());

/** GPT-2 XL by its shapes alone: a byte that is read is an error. */
function unreadableXl(): Checkpoint {
  const read = () => Promise.reject(new Error("read"));
  const source = { name: "xl.safetensors", size: 0, read };
  const entries = listExpected(presetConfig("gpt2-xl")).map(({ name, shape }): [string, StoredTensor] => [
    name,
    { dtype: "F32", shape, begin: 0, end: 0, source },
  ]);
  return { name: "xl.safetensors", tensors: new Map(entries) };
}

test("GPT-2 XL in f32 is refused before a byte is read, with the numbers and a dtype that would fit", async () => {
  const loading = loadParameters(unreadableXl(), presetConfig("gpt2-xl"), engine, { dtype: "f32" });
  await expect(loading).rejects.toThrow(EngineError);
  // 1,557,611,200 weights; cache 2 * 48 layers * 1600 * 1024; arena 1024 * (14 * 1600 + 2 * 6400) + 50257; 4 bytes each
  await expect(loading).rejects.toThrow(
    "xl.safetensors: needs 7.00 GB (weights 6.23 GB in f32, cache of 1024 tokens 0.63 GB, arena 0.14 GB), the simd engine " +
      "has only 4.29 GB, its memory ends at 4 GiB: dtype bf16 would fit, with 3.89 GB",
  );
});

test("auto is f32 where it fits, else bf16, else int8; the reference kernels have room for everything", () => {
  const wide = (nEmbd: number) => ({ ...presetConfig("gpt2-xl"), nEmbd, nInner: 4 * nEmbd });
  const choices = [wide(1000), wide(1600), wide(1800)].map((config) => chooseDtype("w", config, engine, "auto"));
  expect(choices).toEqual(["f32", "bf16", "int8"]);
  expect(chooseDtype("w", wide(1800), createReferenceEngine(), "auto")).toBe("f32");
});

test("what fits in no dtype is refused with int8's numbers and the kernels that have room", () => {
  const config = { ...presetConfig("gpt2-xl"), nLayer: 200 };
  expect(() => chooseDtype("deep", config, engine, "auto")).toThrow(
    /^deep: needs \d.\d\d GB \(weights \d.\d\d GB in int8, .*its memory ends at 4 GiB: gpt2-xl would fit; the reference kernels/,
  );
});

test("where only 1 GiB could be reserved, what does not fit in it is refused with its numbers, and auto makes do", () => {
  const memory = { heldBytes: 1 << 20, availableBytes: 2 ** 30 - 2 ** 17, limitBytes: 2 ** 30 };
  const weightBytes: typeof engine.weightBytes = (...of) => engine.weightBytes(...of);
  const small = { ...createReferenceEngine(), kernelSet: "simd", threads: 2, memory, weightBytes } as const;
  const medium = presetConfig("gpt2-medium");
  expect(chooseDtype("gpt2-medium", medium, small, "auto")).toBe("bf16");
  // 354,823,168 numbers and a cache of 2 * 24 * 1024 * 1024, 4 bytes each
  expect(() => chooseDtype("gpt2-medium", medium, small, "f32")).toThrow(
    /^gpt2-medium: needs 1.71 GB \(weights 1.42 GB in f32, cache of 1024 tokens 0.20 GB, .*the simd engine has only 1.07 GB, its memory ends at 1 GiB: dtype bf16 would fit/,
  );
});

test("what is in the engine already counts: beside 3.2 GB, gpt2-large does not fit in bf16 and gpt2-medium does", async () => {
  let fail = (_: Error) => {};
  const read = () => new Promise<never>((_, reject) => (fail = reject));
  const other = engine.loadWeight({ shape: [32_768, 24_576], dtype: "F32", read }, "linear"); // memory that is never touched
  await expect(randomModel("r", presetConfig("gpt2-large"), engine, 0, { dtype: "bf16" })).rejects.toThrow(
    /^r: needs 2.0\d GB .*has only 1.07 GB, its memory ends at 4 GiB: gpt2-medium would fit;/,
  );
  fail(new Error("enough"));
  await expect(other).rejects.toThrow("enough");
});

const small = { ...tinyConfig, nEmbd: 48, nInner: 192, nPositions: 128 };
const everyPosition = Array.from({ length: small.nPositions }, (_, i) => i % small.vocabSize);

test("what a model takes is what was said: weights and cache to the byte, the arena of a full pass no more", async () => {
  const need = memoryNeed(small, engine);
  const before = engine.memory?.availableBytes ?? 0;
  const model = await randomModel("r", small, engine);
  expect(before - (engine.memory?.availableBytes ?? 0)).toBe(need.weights);
  expect(weightBytes(model)).toBeLessThanOrEqual(need.weights);
  const cache = new KVCache(small, engine);
  expect(cache.bytes).toBe(need.cache);
  const arenaBefore = engine.arenaBytes;
  forward(model, everyPosition, { cache, positions: "last" });
  const arena = engine.arenaBytes - arenaBefore;
  expect(arena).toBeLessThanOrEqual(need.arena);
  cache.dispose();
});

test.each(["f32", "f16", "bf16", "int8"] as const)(
  "so too in %s, with what its products need beside it",
  async (dtype) => {
    const own = createSimdEngine({ threads: 1 });
    const room = () => own.memory?.availableBytes ?? 0;
    const [need, before] = [memoryNeed(small, own, dtype), room()];
    const model = await randomModel("r", small, own, 0, { dtype });
    expect(before - room()).toBe(need.weights);
    forward(model, everyPosition, { cache: new KVCache(small, own), positions: "last" });
    expect((before - room()) / need.total).toBeCloseTo(1, 2);
    own.dispose();
  },
);

test("a cache that does not fit takes nothing, and says how much is left", () => {
  const config = { ...presetConfig("gpt2-xl"), nPositions: 100_000 };
  const before = engine.memory?.availableBytes;
  expect(() => new KVCache(config, engine)).toThrow(
    /^KVCache: a capacity of 100000 tokens takes 61440.0 MB, the engine has 4\d{3}\.\d MB left; ask for fewer, or dispose unused caches/,
  );
  expect(engine.memory?.availableBytes).toBe(before);
});

test("a cache whose last tensor finds no place gives the others back", () => {
  const before = engine.memory?.availableBytes;
  let count = 0;
  const full = {
    ...engine,
    allocate: (shape: readonly number[]) => {
      if (++count === 2 * tinyConfig.nLayer) throw new EngineError("full");
      return engine.allocate(shape);
    },
  };
  expect(() => new KVCache(tinyConfig, full)).toThrow("KVCache: a capacity of 24 tokens takes 0.0 MB");
  expect(engine.memory?.availableBytes).toBe(before);
});
