/**
 * One order of sums: what a kernel computes for a row has the same bits alone, in any number of rows, and on any number of threads. All
 * comparisons are exact.
 */
import {
  add,
  attention,
  attentionInto,
  attentionOfEach,
  createReferenceEngine,
  createSimdEngine,
  type Engine,
  gelu,
  layerNorm,
  linear,
  matmul,
  matmulTransposed,
  softmax,
  Tensor,
  type Weight,
} from "@tsgpt/tensor";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { float32Source } from "./engines.ts";
import { noise } from "./noise.ts";

const engines: readonly { name: string; create: () => Engine }[] = [
  { name: "reference", create: createReferenceEngine },
  ...(FULL ? [1, 2, 3, 5] : [1, 3]).flatMap((threads) => [
    { name: `simd, ${threads} threads`, create: () => createSimdEngine({ threads }) },
    { name: `simd, plain, ${threads} threads`, create: () => createSimdEngine({ threads, relaxed: false }) },
  ]),
];
const dtypes = ["f32", "f16", "bf16", "int8"] as const;

/** Numbers of rows: below, at and above every tile and block of rows. */
const rowCounts = FULL
  ? [...Array.from({ length: 40 }, (_, i) => i + 1), 79, 83, 84, 85, 120, 121, 122, 160, 167, 168, 169, 242, 243, 253]
  : [...Array.from({ length: 15 }, (_, i) => i + 1), 19, 33, 85, 169];

const rowOf = (x: Tensor, i: number) => new Tensor(x.row(i).data.slice(), [1, x.shape[1] as number]);

/** The first row of `all` that is not the row that `alone` gives, or -1. */
function differingRow(all: Tensor, alone: (row: number) => Tensor): number {
  for (let i = 0; i < (all.shape[0] as number); i++) {
    const [bits, expected] = [all.row(i).data, alone(i).data];
    if (bits.some((value, j) => !Object.is(value, expected[j]))) return i;
  }
  return -1;
}

describe.each(engines)("$name", ({ name, create }) => {
  const engine = create();
  afterAll(() => engine.dispose());
  const counts = name === "reference" ? [1, 2, 5, 9] : rowCounts;
  const most = counts.at(-1) as number;

  /** Each of `counts` first rows of x through `product`, against every row alone. */
  function expectRowsAlone(x: Tensor, product: (rows: Tensor) => Tensor): void {
    const alone = Array.from({ length: x.shape[0] as number }, (_, i) => product(rowOf(x, i)));
    for (const m of counts) {
      expect(
        differingRow(product(x.slice(0, m)), (i) => alone[i] as Tensor),
        `of ${m} rows`,
      ).toBe(-1);
    }
  }

  describe.each(dtypes)("%s", (dtype) => {
    test.each([
      [1, 1],
      [33, 27],
      [130, 40],
      [40, 330],
      [515, 33],
      [1030, 70],
    ])("products with [%i, %i] give each row what it has alone", async (k, n) => {
      const x = noise([most, k], 1);
      const bias = noise([n], 2);
      const weights: Weight[] = [];
      weights.push(await engine.loadWeight(float32Source(noise([k, n], 3)), "linear", dtype));
      weights.push(await engine.loadWeight(float32Source(noise([n, k], 4)), "head", dtype));
      const [w, head] = weights as [Weight, Weight];
      expectRowsAlone(x, (rows) => linear(rows, w, bias, engine));
      expectRowsAlone(x, (rows) => linear(rows, w, undefined, engine));
      expectRowsAlone(x, (rows) => matmulTransposed(rows, head, engine));
      for (const weight of weights) engine.free(weight);
    });
  });

  test("a product of two plain matrices gives each row what it has alone", () => {
    const [a, b] = [noise([most, 37], 5), noise([37, 41], 6)];
    expectRowsAlone(a, (rows) => matmul(rows, b, engine));
  });

  test.each([1, 2, 7, 19, 300])(
    "softmax, layer norm, gelu and sums of %i columns give each row what it has alone",
    (n) => {
      const x = noise([most, n], 7);
      for (let i = 0; i < x.size; i++) x.data[i] *= 8;
      const [weight, bias] = [noise([n], 8), noise([n], 9)];
      expectRowsAlone(x, (rows) => softmax(rows, engine));
      expectRowsAlone(x, (rows) => layerNorm(rows, { weight, bias }, 1e-5, engine));
      expectRowsAlone(x, (rows) => gelu(rows, "tanh", engine));
      expectRowsAlone(x, (rows) => gelu(rows, "erf", engine));
      expectRowsAlone(x, (rows) => add(rows, rows, engine));
    },
  );

  test("attention of T queries after P keys gives each query what it has alone, at every d and T", () => {
    const sizes = { t: [1, 2, 3, 4, 5, 6, 7, 9, 16], past: [0, 1, 2, 3, 5, 17], d: [1, 3, 4, 7, 8, 12, 19, 64] };
    for (const d of sizes.d) for (const t of sizes.t) for (const past of sizes.past) compareQueries(t, past, 2, d);
  });

  test("attention at seeded random sizes gives each query what it has alone", () => {
    const size = (least: number, most: number) => fc.integer({ min: least, max: most });
    fc.assert(fc.property(size(1, 24), size(0, 140), size(1, 3), size(1, 70), compareQueries), {
      seed: 21,
      numRuns: 25,
    });
  });

  test("attention of several sequences at once gives each what it has alone", () => {
    for (const [heads, d] of [
      [2, 5],
      [3, 64],
    ] as const) {
      const lengths = [
        [1, 0],
        [1, 17],
        [5, 3],
        [0, 4],
        [1, 130],
        [9, 0],
        [4, 1],
        [1, 16],
      ] as const;
      const sequences = lengths.map(([rows, past], i) => {
        const shape = [heads, rows + past + (i % 3), d];
        return { rows, past, keys: noise(shape, 20 + i), values: noise(shape, 40 + i) };
      });
      const q = noise([lengths.reduce((sum, [rows]) => sum + rows, 0), heads * d], 10);
      const [together, apart] = [Tensor.zeros(q.shape), Tensor.zeros(q.shape)];
      attentionOfEach(together, q, sequences, 0.3, engine);
      let row = 0;
      for (const { rows, past, keys, values } of sequences) {
        const [out, own] = [apart.slice(row, row + rows), q.slice(row, row + rows)];
        attentionInto(out, own, keys, values, { past, scale: 0.3 }, engine);
        row += rows;
      }
      expect(together.data).toEqual(apart.data);
    }
  });

  function compareQueries(t: number, past: number, heads: number, d: number): void {
    const shape = [heads, past + t, d];
    const [q, keys, values] = [noise([t, heads * d], 10), noise(shape, 11), noise(shape, 12)];
    const options = { past, scale: 1 / Math.sqrt(d) };
    const all = attention(q, keys, values, options, engine);
    const alone = (i: number) => attention(rowOf(q, i), keys, values, { ...options, past: past + i }, engine);
    expect(differingRow(all, alone), `T ${t}, P ${past}, D ${d}`).toBe(-1);
  }
});

test("an output has the same bits on any number of threads, in every dtype", async () => {
  const [x, bias] = [noise([23, 600], 1), noise([100], 2)];
  for (const relaxed of [true, false]) {
    for (const dtype of dtypes) {
      const results: Float32Array[] = [];
      for (const threads of [1, 2, 3, 5]) {
        const engine = createSimdEngine({ threads, relaxed });
        const weight = await engine.loadWeight(float32Source(noise([600, 100], 3)), "linear", dtype);
        results.push(linear(x, weight, bias, engine).data.slice());
        engine.dispose();
      }
      for (const other of results.slice(1)) expect(other).toEqual(results[0]);
    }
  }
});
