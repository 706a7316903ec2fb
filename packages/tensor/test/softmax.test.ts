import { type Engine, logSoftmax, referenceEngine, softmax, Tensor } from "@tsgpt/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

const { log } = Math;
const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minusInf } = Number;

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("softmax of ln 1, ln 2, ln 5 is 1/8, 2/8, 5/8", () => {
    const p = softmax(tensorOn(engine, [log(1), log(2), log(5)]), engine);
    expect(p).toBeCloseToTensor(Tensor.from([0.125, 0.25, 0.625]), FLOAT32);
  });

  test("each row of the last axis is a distribution of its own", () => {
    const p = softmax(
      tensorOn(engine, [
        [
          [0, 0],
          [0, log(3)],
        ],
      ]),
      engine,
    );
    expect(p).toBeCloseToTensor(
      Tensor.from([
        [
          [0.5, 0.5],
          [0.25, 0.75],
        ],
      ]),
      FLOAT32,
    );
  });

  test("rows of huge values do not overflow: only differences count", () => {
    const p = softmax(
      tensorOn(engine, [
        [1e30, 1e30],
        [-1e30, -1e30],
        [1e38, -1e38],
      ]),
      engine,
    );
    expect(p.toArray()).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
      [1, 0],
    ]);
  });

  test("the exponential of -110 to 0, in steps of a sixteenth, down to what float32 has of it", () => {
    const x = Array.from({ length: 16 * 110 + 1 }, (_, i) => -i / 16);
    const sum = x.reduce((total, value) => total + Math.exp(value), 0);
    const p = softmax(tensorOn(engine, x), engine).data;
    for (const [i, value] of x.entries()) {
      const wanted = Math.exp(value) / sum;
      // the exponential is within 2 units in the last place, 2.4e-7, and the quotient rounds twice, 6e-8 each
      expect(Math.abs((p[i] as number) - wanted), `exp(${value})`).toBeLessThan(value > -84 ? 4e-7 * wanted : 1e-37);
    }
  });

  test("-Infinity becomes 0 and leaves the others as if it were not there", () => {
    expect(softmax(tensorOn(engine, [minusInf, 3, 3, minusInf]), engine).toArray()).toEqual([0, 0.5, 0.5, 0]);
  });

  test("a row of -Infinity alone, with NaN, or with +Infinity becomes NaN, as in PyTorch", () => {
    const p = softmax(
      tensorOn(engine, [
        [minusInf, minusInf],
        [nan, 1],
        [inf, 1],
      ]),
      engine,
    );
    // [inf, 1]: exp(inf - inf) = NaN, exp(1 - inf) = 0, and their sum is NaN: 0 / NaN is NaN too
    expect(p.toArray()).toEqual([
      [nan, nan],
      [nan, nan],
      [nan, nan],
    ]);
  });

  test("a row of one value is 1", () => {
    expect(softmax(tensorOn(engine, [[-7], [1e38]]), engine).toArray()).toEqual([[1], [1]]);
  });

  test("logSoftmax of ln 1, ln 2, ln 5 is the logarithm of 1/8, 2/8, 5/8", () => {
    const p = logSoftmax(tensorOn(engine, [log(1), log(2), log(5)]), engine);
    expect(p).toBeCloseToTensor(Tensor.from([log(0.125), log(0.25), log(0.625)]), FLOAT32);
  });

  test("logSoftmax keeps what softmax would lose to underflow", () => {
    // softmax would give exp(-200) = 1e-87, which is 0 in float32; ln(1 + exp(-200)) is 0, so the difference stays
    expect(logSoftmax(tensorOn(engine, [0, -200]), engine).toArray()).toEqual([0, -200]);
  });

  test("logSoftmax of two equal values is -ln 2, however large they are", () => {
    const p = logSoftmax(
      tensorOn(engine, [
        [2, 2],
        [3e38, 3e38],
      ]),
      engine,
    );
    expect(p).toBeCloseToTensor(
      Tensor.from([
        [-log(2), -log(2)],
        [-log(2), -log(2)],
      ]),
      FLOAT32,
    );
  });

  test("logSoftmax: -Infinity stays, a row without a finite value is NaN", () => {
    const p = logSoftmax(
      tensorOn(engine, [
        [minusInf, 5],
        [minusInf, minusInf],
        [nan, 0],
      ]),
      engine,
    );
    expect(p.toArray()).toEqual([
      [minusInf, 0],
      [nan, nan],
      [nan, nan],
    ]);
  });

  const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 33 })).chain(([m, n]) =>
    fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: n, maxLength: n }), {
      minLength: m,
      maxLength: m,
    }),
  );

  test("every row of finite values, of any size, sums to 1 with no value below 0", () => {
    fc.assert(
      fc.property(matrix, (values) => {
        const p = softmax(tensorOn(engine, values), engine);
        for (let i = 0; i < values.length; i++) {
          expect(Math.min(...p.row(i).data)).toBeGreaterThanOrEqual(0);
          expect(Math.abs(p.row(i).data.reduce((sum, value) => sum + value, 0) - 1)).toBeLessThan(4e-6); // 33 roundings
        }
      }),
    );
  });

  test("exp(logSoftmax) is softmax", () => {
    fc.assert(
      fc.property(matrix, (values) => {
        const x = tensorOn(engine, values);
        const log = logSoftmax(x, engine);
        const p = new Tensor(log.data.map(Math.exp), log.shape);
        expect(p).toBeCloseToTensor(softmax(x, engine), { atol: 1e-6, rtol: 1e-5 });
      }),
    );
  });
});

test("a row needs a value", () => {
  expect(() => softmax(Tensor.zeros([2, 0]), referenceEngine)).toThrow(
    "softmax: x needs a last axis of 1 or more, got [2, 0]",
  );
  expect(() => softmax(Tensor.from(1), referenceEngine)).toThrow("softmax: x needs a last axis of 1 or more, got []");
  expect(() => logSoftmax(Tensor.zeros([0]), referenceEngine)).toThrow(
    "logSoftmax: x needs a last axis of 1 or more, got [0]",
  );
});
