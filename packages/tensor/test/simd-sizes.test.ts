/**
 * Every simd kernel against the reference at GPT-2's own sizes and at seeded random ones. Tolerance: 1e-6 sqrt(k) for float32 sums of k
 * terms up to 1, some ten roundings of a random walk; 2e-6 for gelu, whose polynomials are that exact.
 */
import {
  add,
  attention,
  columns,
  createSimdEngine,
  embedding,
  gelu,
  layerNorm,
  linear,
  matmul,
  matmulTransposed,
  referenceEngine,
  softmax,
  storeHeads,
  Tensor,
} from "@tsgpt/tensor";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { float32Source } from "./engines.ts";
import { noise } from "./noise.ts";

const engine = createSimdEngine({ threads: 2 });
afterAll(() => engine.dispose());

const sums = (k: number) => ({ atol: 1e-6 * Math.sqrt(k), rtol: 1e-6 });

/** [rows, n] through what works on rows and elements. */
function compareRows(rows: number, n: number): void {
  const x = noise([rows, n], 1);
  for (let i = 0; i < x.size; i++) x.data[i] *= 8; // GPT-2's activations are that large
  const [weight, bias] = [noise([n], 2), noise([n], 3)];
  expect(softmax(x, engine)).toBeCloseToTensor(softmax(x, referenceEngine), { atol: 1e-7, rtol: 2e-6 });
  expect(layerNorm(x, { weight, bias }, 1e-5, engine)).toBeCloseToTensor(
    layerNorm(x, { weight, bias }, 1e-5, referenceEngine),
    sums(1),
  );
  for (const form of ["tanh", "erf"] as const) {
    expect(gelu(x, form, engine)).toBeCloseToTensor(gelu(x, form, referenceEngine), { atol: 2e-6, rtol: 1e-6 });
  }
  expect(add(x, x, engine).toArray()).toEqual(add(x, x, referenceEngine).toArray());
  const [start, end] = [Math.floor(n / 3), n - Math.floor(n / 4)];
  expect(columns(x, start, end, engine).toArray()).toEqual(columns(x, start, end, referenceEngine).toArray());
}

function compareAttention(t: number, past: number, heads: number, d: number): void {
  const shape = [heads, past + t + 3, d];
  const [q, keys, values] = [noise([t, heads * d], 4), noise(shape, 5), noise(shape, 6)];
  const options = { past, scale: 1 / Math.sqrt(d) };
  expect(attention(q, keys, values, options, engine)).toBeCloseToTensor(
    attention(q, keys, values, options, referenceEngine),
    sums(past + t + d),
  );
  const cache = engine.allocate(shape);
  storeHeads(cache, q, past, engine);
  const expected = Tensor.zeros(shape);
  storeHeads(expected, q, past, referenceEngine);
  expect(cache.data.every((value, i) => value === expected.data[i])).toBe(true);
  engine.free(cache);
}

async function compareHead(m: number, k: number, v: number): Promise<void> {
  const [x, table] = [noise([m, k], 7), noise([v, k], 8)];
  const packed = await engine.loadWeight(float32Source(table), "head");
  expect(matmulTransposed(x, packed, engine)).toBeCloseToTensor(matmulTransposed(x, table, referenceEngine), sums(k));
  const ids = [0, v - 1, v >> 1, v >> 1];
  expect(embedding(packed, ids, engine).toArray()).toEqual(embedding(table, ids, referenceEngine).toArray());
  engine.free(packed);
}

describe("GPT-2's sizes", () => {
  test.each([
    [1, 768],
    [64, 768],
    [12, 1024],
    [1, 3072],
    [64, 3072],
  ])("softmax, layer norm, gelu, add and columns of [%i, %i]", compareRows);

  test.each([
    [1, 0],
    [1, 1023],
    [64, 0],
    [61, 300],
  ])("attention and the cache of 12 heads of 64, T = %i after P = %i", (t, past) => compareAttention(t, past, 12, 64));

  test.each([
    [1, 768, 2304],
    [6, 3072, 768],
  ])("linear [%i, %i] x [%i]", async (m, k, n) => {
    const [x, w, bias] = [noise([m, k], 9), noise([k, n], 10), noise([n], 11)];
    const packed = await engine.loadWeight(float32Source(w), "linear");
    expect(linear(x, packed, bias, engine)).toBeCloseToTensor(linear(x, w, bias, referenceEngine), sums(k));
  });

  test("the head and the embedding of 50,257 tokens", { timeout: 60_000 }, async () => {
    await compareHead(1, 768, 50_257);
  });
});

describe("seeded random sizes", () => {
  const size = (most: number) => fc.integer({ min: 1, max: most });
  const seeded = { seed: 11, numRuns: 40 };

  test("what works on rows and elements", () => {
    fc.assert(fc.property(size(20), size(300), compareRows), seeded);
  });

  test("attention and the cache", () => {
    fc.assert(fc.property(size(20), size(90), size(4), size(80), compareAttention), seeded);
  });

  test("matmul, head and embedding", async () => {
    await fc.assert(
      fc.asyncProperty(size(20), size(90), size(200), async (m, k, n) => {
        const [a, b] = [noise([m, k], 12), noise([k, n], 13)];
        expect(matmul(a, b, engine)).toBeCloseToTensor(matmul(a, b, referenceEngine), sums(k));
        await compareHead(m, k, n);
      }),
      seeded,
    );
  });
});
