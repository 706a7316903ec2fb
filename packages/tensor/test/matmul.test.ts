import { type Engine, matmul, matmulTransposed, referenceEngine, Tensor } from "@tsgpt/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn, weightOn } from "./engines.ts";

const rows = (m: number, n: number) =>
  fc.array(fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: n, maxLength: n }), {
    minLength: m,
    maxLength: m,
  });

/** An [m, k] and a [k, n], each dimension 1 to 9: all remainders of a vector of 4 and of 8. */
const factors = fc
  .record({ m: fc.integer({ min: 1, max: 9 }), k: fc.integer({ min: 1, max: 9 }), n: fc.integer({ min: 1, max: 9 }) })
  .chain(({ m, k, n }) => fc.tuple(rows(m, k), rows(k, n)));

/** c[i][j] = sum over t of a[i][t] b[t][j], the definition. */
function product(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, value, t) => sum + value * b[t][j], 0)));
}

const transpose = (a: number[][]): number[][] => a[0].map((_, j) => a.map((row) => row[j]));

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("matmul of [2, 3] and [3, 2]", () => {
    const a = tensorOn(engine, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const b = tensorOn(engine, [
      [7, 8],
      [9, 10],
      [11, 12],
    ]);
    // 1*7 + 2*9 + 3*11 = 58, 1*8 + 2*10 + 3*12 = 64; 4*7 + 5*9 + 6*11 = 139, 4*8 + 5*10 + 6*12 = 154
    expect(matmul(a, b, engine).toArray()).toEqual([
      [58, 64],
      [139, 154],
    ]);
  });

  test("matmulTransposed reads its right operand by rows", async () => {
    const a = tensorOn(engine, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const b = await weightOn(
      engine,
      [
        [7, 9, 11],
        [8, 10, 12],
      ],
      "head",
    ); // the b of the test above, transposed
    expect(matmulTransposed(a, b, engine).toArray()).toEqual([
      [58, 64],
      [139, 154],
    ]);
  });

  test("the identity changes nothing", () => {
    const a = tensorOn(engine, [
      [1.5, -2],
      [0.25, 8],
    ]);
    expect(
      matmul(
        a,
        tensorOn(engine, [
          [1, 0],
          [0, 1],
        ]),
        engine,
      ).toArray(),
    ).toEqual([
      [1.5, -2],
      [0.25, 8],
    ]);
  });

  test("an inner dimension of 0 gives zeros: an empty sum", () => {
    expect(matmul(engine.allocate([2, 0]), engine.allocate([0, 3]), engine).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("a NaN reaches the row it is in, even times 0, and no other", () => {
    const a = tensorOn(engine, [
      [Number.NaN, 1],
      [2, 3],
    ]);
    const b = tensorOn(engine, [
      [0, 1],
      [1, 1],
    ]);
    // row 1: 2*0 + 3*1 = 3, 2*1 + 3*1 = 5
    expect(matmul(a, b, engine).toArray()).toEqual([
      [Number.NaN, Number.NaN],
      [3, 5],
    ]);
  });

  test("infinity times 0 is NaN, as IEEE 754 says", () => {
    const a = tensorOn(engine, [[Number.POSITIVE_INFINITY]]);
    expect(matmul(a, tensorOn(engine, [[0, 2]]), engine).toArray()).toEqual([[Number.NaN, Number.POSITIVE_INFINITY]]);
  });

  test("matmul equals the triple loop for every shape", () => {
    fc.assert(
      fc.property(factors, ([a, b]) => {
        const c = matmul(tensorOn(engine, a), tensorOn(engine, b), engine);
        // 9 products of at most 16: float32 sums err by less than 9 * 144 * 6e-8 = 8e-5
        expect(c).toBeCloseToTensor(Tensor.from(product(a, b)), { atol: 8e-5, rtol: 0 });
      }),
    );
  });

  test("matmulTransposed(a, b) equals matmul with b transposed", async () => {
    await fc.assert(
      fc.asyncProperty(factors, async ([a, b]) => {
        const left = tensorOn(engine, a);
        const direct = matmul(left, tensorOn(engine, b), engine);
        const transposed = matmulTransposed(left, await weightOn(engine, transpose(b), "head"), engine);
        expect(transposed).toBeCloseToTensor(direct, { atol: 8e-5, rtol: 0 });
      }),
    );
  });
});

test("a long sum of float32 values is rounded once by the reference: 4097 times 0.1 is 409.7", () => {
  // float32(0.1) = 0.100000001490116; 4097 * that = 409.700006104..., whose nearest float32 is 409.70001220703125
  const a = new Tensor(new Float32Array(4097).fill(0.1), [1, 4097]);
  const b = new Tensor(new Float32Array(4097).fill(1), [4097, 1]);
  expect(matmul(a, b, referenceEngine)).toBeCloseToTensor(Tensor.from([[409.7]]), FLOAT32);
  expect(matmul(a, b, referenceEngine).data[0]).toBe(Math.fround(4097 * Math.fround(0.1)));
});

test.each([
  [[2], [2, 2], "matmul: a must be [m, k], got [2]"],
  [[2, 3], [3], "matmul: b must be [k, n], got [3]"],
  [
    [2, 3],
    [2, 3],
    "matmul: b must be [k, n] = [3, *] for a [2, 3], got [2, 3]; for a times b transposed use matmulTransposed",
  ],
])("matmul of %j and %j is refused", (a, b, message) => {
  expect(() => matmul(Tensor.zeros(a), Tensor.zeros(b), referenceEngine)).toThrow(message);
});

test.each([
  [[2], [2, 2], "matmulTransposed: a must be [m, k], got [2]"],
  [[2, 3], [3], "matmulTransposed: b must be [n, k], got [3]"],
  [[2, 3], [3, 2], "matmulTransposed: b must be [n, k] = [*, 3] for a [2, 3], got [3, 2]"],
])("matmulTransposed of %j and %j is refused", (a, b, message) => {
  expect(() => matmulTransposed(Tensor.zeros(a), Tensor.zeros(b), referenceEngine)).toThrow(message);
});
