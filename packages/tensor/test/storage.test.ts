/** What can be kept in which dtype, what it takes, and what is refused: every engine. */
import {
  createReferenceEngine,
  createSimdEngine,
  StorageError,
  Tensor,
  type WeightDtype,
  type WeightSource,
} from "@tsgpt/tensor";
import { afterAll, expect, test } from "vitest";
import { float32Source } from "./engines.ts";
import { noise } from "./noise.ts";

const every = [
  { name: "reference", engine: createReferenceEngine() },
  { name: "simd, 2 threads", engine: createSimdEngine({ threads: 2 }) },
  { name: "simd, plain, 1 thread", engine: createSimdEngine({ threads: 1, relaxed: false }) },
];
afterAll(() => {
  for (const { engine } of every) engine.dispose();
});

test.each(every)("what a dtype cannot keep is refused, and takes no memory: $name", async ({ engine }) => {
  const room = engine.memory?.availableBytes;
  const load = (value: number, dtype: WeightDtype, role: "linear" | "head" = "linear") =>
    engine.loadWeight(
      float32Source(
        new Tensor(
          Float32Array.from({ length: 72 }, () => value),
          [9, 8],
        ),
      ),
      role,
      dtype,
    );
  for (const role of ["linear", "head"] as const) {
    for (const value of [65_505, -1e6, Number.NaN, Number.NEGATIVE_INFINITY]) {
      await expect(load(value, "f16", role)).rejects.toThrow(
        "has a value that f16 cannot represent; f16 represents numbers up to 65504 in magnitude; use f32 or bf16",
      );
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(load(value, "int8", role)).rejects.toThrow(StorageError);
    }
  }
  expect(engine.memory?.availableBytes).toBe(room);
  for (const weight of [await load(65_504, "f16"), await load(Number.NaN, "bf16")]) engine.free(weight);
  expect(engine.memory?.availableBytes).toBe(room);
});

test.each(every)("a dtype that is none is refused, and takes no memory: $name", async ({ engine }) => {
  const before = engine.memory?.availableBytes;
  const load = (stored: string, dtype: string) =>
    engine.loadWeight({ ...float32Source(noise([9, 8], 1)), dtype: stored as "F32" }, "linear", dtype as WeightDtype);
  await expect(load("F32", "fp8")).rejects.toThrow('loadWeight: dtype "fp8" is not supported');
  await expect(load("F8_E4M3", "f32")).rejects.toThrow('loadWeight: dtype "F8_E4M3" is not supported');
  expect(engine.memory?.availableBytes).toBe(before);
});

test.each(every)(
  "int8 from a file: numbers beyond 63, wrong scales, another dtype are refused: $name",
  async ({ engine }) => {
    const source = (q: number, scales?: Float32Array): WeightSource => {
      return { shape: [2, 3], dtype: "I8", scales, read: async (_, into) => void into.fill(q) };
    };
    const scales = Float32Array.of(0.5, 0.25, 2);
    const loaded = await engine.loadWeight(source(-63, scales), "linear", "int8");
    expect([...loaded.row(1).data]).toEqual([-31.5, -15.75, -126]);
    for (const q of [64, -64, -128]) {
      await expect(engine.loadWeight(source(q, scales), "linear", "int8")).rejects.toThrow("in a file -63 to 63");
    }
    await expect(engine.loadWeight(source(1, scales), "head", "int8")).rejects.toThrow(
      "loadWeight: [2, 3] in I8 needs 2 scales, got 3",
    );
    await expect(engine.loadWeight(source(1), "linear", "int8")).rejects.toThrow("needs 3 scales, got none");
    await expect(engine.loadWeight(source(1, scales), "linear", "f32")).rejects.toThrow(
      "loadWeight: a source in I8 must be loaded as int8, got dtype f32",
    );
  },
);

test("a vector is kept in f32, and int8 takes so many inputs that a sum stays below 2^31", async () => {
  const read = async () => {};
  for (const { engine } of every) {
    await expect(engine.loadWeight(float32Source(Tensor.zeros([3])), "vector", "f16")).rejects.toThrow(
      "loadWeight: a vector must be f32, got dtype f16",
    );
    await expect(engine.loadWeight({ shape: [262_145, 1], dtype: "F32", read }, "linear", "int8")).rejects.toThrow(
      "loadWeight: int8 supports at most 262144 inputs, got [262145, 1]",
    );
  }
});

test("bytes of a weight: two a number, one and a scale an output, both as said beforehand", async () => {
  const shape = [16, 32];
  for (const { engine } of every) {
    for (const [dtype, bytes] of [
      ["f32", 2048],
      ["f16", 1024],
      ["bf16", 1024],
      ["int8", 512 + 4 * 32],
    ] as const) {
      const weight = await engine.loadWeight(float32Source(noise(shape, 1)), "linear", dtype);
      expect([weight.dtype, weight.bytes]).toEqual([dtype, bytes]);
      expect(engine.weightBytes(shape, "linear", dtype)).toBeGreaterThanOrEqual(bytes);
      expect(engine.weightBytes(shape, "linear", dtype)).toBeLessThan(bytes + 64);
    }
  }
});
