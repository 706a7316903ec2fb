/** The product's tiles: six rows and five, two rows and one, blocks of rows and of inputs, partial panels; each against the reference. */
import { createSimdEngine, linear, referenceEngine } from "@tsgpt/tensor";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { float32Source } from "./engines.ts";
import { noise } from "./noise.ts";

const engine = createSimdEngine({ threads: 2 });
afterAll(() => engine.dispose());

async function compare(m: number, k: number, n: number, withBias = true): Promise<void> {
  const [x, w] = [noise([m, k], 1), noise([k, n], 2)];
  const bias = withBias ? noise([n], 3) : undefined;
  const packed = await engine.loadWeight(float32Source(w), "linear");
  const tolerance = { atol: 1e-6 * Math.sqrt(k), rtol: 1e-6 }; // a random walk of k roundings of numbers up to 1
  expect(linear(x, packed, bias, engine), `[${m}, ${k}] x [${k}, ${n}]`).toBeCloseToTensor(
    linear(x, w, bias, referenceEngine),
    tolerance,
  );
}

test("every number of rows up to 21, and around the blocks of rows at 84, 168 and 252", async () => {
  const around = [
    79, 80, 81, 83, 84, 85, 86, 91, 159, 160, 161, 162, 163, 166, 167, 168, 169, 171, 239, 241, 251, 252, 253,
  ];
  for (const m of [...Array.from({ length: 21 }, (_, i) => i + 1), ...around]) await compare(m, 33, 27);
});

test("rows that are taken 504 at a time have the bits that they have in a product of fewer", async () => {
  const [x, bias] = [noise([1010, 7], 1), noise([9], 3)];
  const packed = await engine.loadWeight(float32Source(noise([7, 9], 2)), "linear");
  const all = linear(x, packed, bias, engine);
  for (const [start, end] of [
    [0, 1],
    [400, 600],
    [503, 505],
    [1007, 1010],
  ] as const) {
    expect(all.slice(start, end).data).toEqual(linear(x.slice(start, end), packed, bias, engine).data);
  }
});

test("every number of inputs around the blocks of inputs of 128", async () => {
  for (const k of [1, 2, 3, 15, 16, 17, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1537])
    await compare(9, k, 17);
});

test("without a bias, for one block of inputs and for two", async () => {
  for (const k of [40, 600]) await compare(10, k, 24, false);
});

test("seeded random sizes", async () => {
  const size = fc.integer({ min: 1, max: 140 });
  await fc.assert(
    fc.asyncProperty(size, size, size, fc.boolean(), (m, k, n, withBias) => compare(m, k, n, withBias)),
    { seed: 7, numRuns: 60 },
  );
});

test("rows beyond the result are not written", async () => {
  for (const m of [1, 4, 6, 7, 11, 81]) {
    const both = engine.allocate([m + 5, 16]);
    both.data.fill(7);
    const packed = await engine.loadWeight(float32Source(noise([12, 16], 2)), "linear");
    engine.kernels.linear(both.slice(0, m), noise([m, 12], 1), packed, undefined);
    expect(both.slice(m, m + 5).data.every((value) => value === 7)).toBe(true);
    engine.free(both);
  }
});
