/**
 * The simd set against the reference, and its engine: threads, memory, failed loads. Tolerance: float32 sums of k terms in 8
 * accumulators; terms here are below 1, so 1e-6 of sqrt(k) is some ten roundings. Runs in Node, and in Chromium by test/browser.
 */

import {
  attention,
  createEngine,
  createSimdEngine,
  type Engine,
  gelu,
  layerNorm,
  linear,
  matmulTransposed,
  referenceEngine,
  softmax,
  Tensor,
} from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { float32Source } from "./engines.ts";
import { noise } from "./noise.ts";

const SIZES = [1, 3, 4, 7, 8, 63, 64, 65];
const simd: readonly { name: string; engine: Engine }[] = [
  { name: "relaxed, 1 thread", engine: createSimdEngine({ threads: 1 }) },
  { name: "relaxed, 2 threads", engine: createSimdEngine({ threads: 2 }) },
  { name: "relaxed, 3 threads", engine: createSimdEngine({ threads: 3 }) },
  { name: "plain, 2 threads", engine: createSimdEngine({ threads: 2, relaxed: false }) },
];
afterAll(() => {
  for (const { engine } of simd) engine.dispose();
});

const bound = (k: number) => ({ atol: 1e-6 * Math.sqrt(k), rtol: 1e-6 });

describe.each(simd)("$name", ({ engine }) => {
  test.each(SIZES)("linear and head of m = %i rows equal the reference, for every k and n", async (m) => {
    for (const k of [...SIZES, 130]) {
      const n = SIZES[(k + m) % SIZES.length];
      const [x, w, b] = [noise([m, k], 1), noise([k, n], 2), noise([n], 3)];
      const packed = await engine.loadWeight(float32Source(w), "linear");
      expect(linear(x, packed, b, engine)).toBeCloseToTensor(linear(x, w, b, referenceEngine), bound(k));
      const head = noise([n, k], 4);
      const rows = await engine.loadWeight(float32Source(head), "head");
      expect(matmulTransposed(x, rows, engine)).toBeCloseToTensor(matmulTransposed(x, head, referenceEngine), bound(k));
      expect(packed.toTensor().toArray()).toEqual(w.toArray());
      expect(rows.row(n - 1).toArray()).toEqual(head.row(n - 1).toArray());
    }
  });

  test("linear at GPT-2's sizes, more inputs than one block", async () => {
    for (const [m, k, n] of [
      [1, 768, 2304],
      [5, 3072, 768],
      [9, 1100, 61],
    ] as const) {
      const [x, w, b] = [noise([m, k], 1), noise([k, n], 2), noise([n], 3)];
      const packed = await engine.loadWeight(float32Source(w), "linear");
      expect(linear(x, packed, b, engine)).toBeCloseToTensor(linear(x, w, b, referenceEngine), bound(k));
    }
  });

  test.each([
    [1, 0],
    [1, 65],
    [3, 5],
    [4, 0],
    [7, 64],
    [64, 3],
  ])("attention of T = %i after P = %i equals the reference", (t, past) => {
    for (const d of [1, 3, 5, 8, 32, 64, 68]) {
      const heads = 3;
      const [q, k, v] = [
        noise([t, heads * d], 5),
        noise([heads, past + t + 2, d], 6),
        noise([heads, past + t + 2, d], 7),
      ];
      const square = [heads, t, past + t];
      const [mine, theirs] = [engine, referenceEngine].map((on) => {
        const [scores, pattern] = [on.allocate(square), on.allocate(square)];
        const z = attention(q, k, v, { past, scale: 0.3, scores, pattern }, on);
        return { z, scores, pattern, again: attention(q, k, v, { past, scale: 0.3, scores, from: "scores" }, on) };
      });
      for (const key of ["z", "scores", "pattern", "again"] as const) {
        expect(mine?.[key]).toBeCloseToTensor(theirs?.[key] as Tensor, bound(past + t + d));
      }
    }
  });

  test.each(SIZES)("softmax, layer norm and gelu of %i columns equal the reference", (n) => {
    const x = noise([5, n], 8);
    for (let i = 0; i < x.size; i++) x.data[i] *= 20;
    const parameters = { weight: noise([n], 9), bias: noise([n], 10) };
    expect(softmax(x, engine)).toBeCloseToTensor(softmax(x, referenceEngine), { atol: 1e-7, rtol: 2e-6 });
    expect(layerNorm(x, parameters, 1e-5, engine)).toBeCloseToTensor(layerNorm(x, parameters, 1e-5, referenceEngine), {
      atol: 1e-6,
      rtol: 1e-6,
    });
    for (const form of ["tanh", "erf"] as const) {
      expect(gelu(x, form, engine)).toBeCloseToTensor(gelu(x, form, referenceEngine), { atol: 2e-6, rtol: 0 });
    }
  });

  test("gelu is within 2e-6 of the exact forms from -12 to 12", () => {
    const x = Tensor.from(Array.from({ length: 24_001 }, (_, i) => (i - 12_000) / 1000));
    for (const form of ["tanh", "erf"] as const) {
      expect(gelu(x, form, engine)).toBeCloseToTensor(gelu(x, form, referenceEngine), { atol: 2e-6, rtol: 0 });
    }
  });
});

test("every number of threads gives the same bits", async () => {
  const [x, w, b] = [noise([9, 200], 1), noise([200, 301], 2), noise([301], 3)];
  const [q, k] = [noise([9, 96], 4), noise([3, 40, 32], 5)];
  const results = await Promise.all(
    simd.slice(0, 3).map(async ({ engine }) => {
      const product = linear(x, await engine.loadWeight(float32Source(w), "linear"), b, engine);
      return [product.toArray(), attention(q, k, k, { past: 20, scale: 0.2 }, engine).toArray()];
    }),
  );
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test("stored F16 and BF16 are widened exactly as by the reference, every value of them", async () => {
  const { engine } = simd[1] as { engine: Engine };
  const bytes = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer);
  for (const dtype of ["F16", "BF16"] as const) {
    const source = {
      shape: [256, 256],
      dtype,
      read: async (offset: number, into: Uint8Array) => into.set(bytes.subarray(offset, offset + into.length)),
    };
    const [mine, theirs] = [
      await engine.loadWeight(source, "linear"),
      await referenceEngine.loadWeight(source, "linear"),
    ];
    expect(mine.toTensor().toArray()).toEqual(theirs.toTensor().toArray());
  }
});

test("two engines at once do not disturb each other", async () => {
  const [a, b] = [createSimdEngine({ threads: 2 }), createSimdEngine({ threads: 2 })];
  const x = noise([64, 64], 1);
  const [inA, inB] = [await a.loadWeight(float32Source(x), "linear"), await b.loadWeight(float32Source(x), "linear")];
  for (let i = 0; i < 50; i++) {
    expect(linear(x, inA, undefined, a).data).toEqual(linear(x, inB, undefined, b).data);
  }
  a.dispose();
  expect(linear(x, inB, undefined, b).size).toBe(4096);
  b.dispose();
});

test("a disposed engine says so; disposing twice is once", () => {
  const engine = createSimdEngine({ threads: 2 });
  engine.dispose();
  engine.dispose();
  expect(() => engine.allocate([2])).toThrow("the engine has been disposed");
});

test("a load that fails half-way gives its memory back and leaves the engine working", async () => {
  const { engine } = simd[0] as { engine: Engine };
  let reads = 0;
  const source = {
    shape: [4096, 1024],
    dtype: "F32" as const,
    read: async () => {
      if (++reads === 2) throw new Error("aborted");
    },
  };
  await expect(engine.loadWeight(source, "linear")).rejects.toThrow("aborted");
  expect(reads).toBe(2);
  const x = noise([2, 3], 1);
  expect(softmax(x, engine)).toBeCloseToTensor(softmax(x, referenceEngine), { atol: 1e-7, rtol: 2e-6 });
});

test("memory that is given back is handed out again; 4 GiB are the end", () => {
  const memory = new EngineMemory();
  const first = memory.allocate(1000);
  memory.free(first);
  expect(memory.allocate(1000)).toBe(first);
  expect(memory.usedBytes).toBe(1024);
  expect(() => memory.allocate(2 ** 32)).toThrow(
    /the simd engine's memory ends at 4 GiB: 4294967296 more bytes do not fit/,
  );
});

test("createEngine gives what is asked for, and refuses what cannot be", async () => {
  const auto = await createEngine();
  expect(auto.kernelSet).toBe("simd");
  auto.dispose();
  expect((await createEngine({ kernels: "reference" })).kernelSet).toBe("reference");
  await expect(createEngine({ threads: 0 })).rejects.toThrow("threads must be a whole number from 1 to 64, got 0");
  await expect(createEngine({ kernels: "reference", threads: 2 })).rejects.toThrow("run on one thread, got threads 2");
});
