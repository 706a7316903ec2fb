import { type Engine, layerNorm, referenceEngine, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  const ones = (n: number) => tensorOn(engine, new Array<number>(n).fill(1));
  const zeros = (n: number) => tensorOn(engine, new Array<number>(n).fill(0));

  test("layer norm of [1, 2, 3] is [-1.2247, 0, 1.2247]: mean 2, variance 2/3, epsilon 1e-5", () => {
    const y = layerNorm(tensorOn(engine, [1, 2, 3]), { weight: ones(3), bias: zeros(3) }, 1e-5, engine);
    const expected = 1 / Math.sqrt(2 / 3 + 1e-5); // 1.22473568
    expect(y).toBeCloseToTensor(Tensor.from([-expected, 0, expected]), FLOAT32);
  });

  test("weight and bias are applied after normalizing", () => {
    // mean 1, variance 1, epsilon 0: normalized [-1, 1]; * [2, 3] + [10, 20] = [8, 23]
    const p = { weight: tensorOn(engine, [2, 3]), bias: tensorOn(engine, [10, 20]) };
    expect(layerNorm(tensorOn(engine, [0, 2]), p, 0, engine).toArray()).toEqual([8, 23]);
  });

  test("epsilon stands under the root: [-1, 1] with epsilon 3 is halved", () => {
    // variance 1, 1 / sqrt(1 + 3) = 1/2; epsilon added to the deviation instead would give 1/4
    expect(layerNorm(tensorOn(engine, [-1, 1]), { weight: ones(2), bias: zeros(2) }, 3, engine).toArray()).toEqual([
      -0.5, 0.5,
    ]);
  });

  test("epsilon is 1e-5 when not given", () => {
    // variance 1e-6: 1e-3 / sqrt(1e-6 + 1e-5) = 0.30151134
    const y = layerNorm(
      Tensor.from([-1e-3, 1e-3]),
      { weight: Tensor.from([1, 1]), bias: Tensor.from([0, 0]) },
      1e-5,
      referenceEngine,
    );
    expect(y).toBeCloseToTensor(Tensor.from([-0.30151134, 0.30151134]), FLOAT32);
  });

  test("a constant row becomes the bias: epsilon keeps 0 / 0 away", () => {
    const p = { weight: ones(3), bias: tensorOn(engine, [1, 2, 3]) };
    expect(layerNorm(tensorOn(engine, [[7, 7, 7]]), p, 1e-5, engine).toArray()).toEqual([[1, 2, 3]]);
  });

  test("rows are normalized apart; a NaN spoils its own row alone", () => {
    const y = layerNorm(
      tensorOn(engine, [
        [0, 2],
        [Number.NaN, 5],
        [10, 30],
      ]),
      { weight: ones(2), bias: zeros(2) },
      0,
      engine,
    );
    expect(y.toArray()).toEqual([
      [-1, 1],
      [Number.NaN, Number.NaN],
      [-1, 1],
    ]);
  });

  test("a large mean does not swallow a small variance", () => {
    // two passes: 4096 +- 0.5 has variance 0.25; the one-pass form E[x^2] - mean^2 in float32 has lost it
    const y = layerNorm(tensorOn(engine, [4095.5, 4096.5]), { weight: ones(2), bias: zeros(2) }, 0, engine);
    expect(y).toBeCloseToTensor(Tensor.from([-1, 1]), FLOAT32);
  });
});

const parameters = (weight: number[], bias: number[]) => ({ weight: Tensor.zeros(weight), bias: Tensor.zeros(bias) });

test.each([
  [[2, 0], [0], [0], "layerNorm: x needs a last axis of 1 or more, got [2, 0]"],
  [[2, 3], [2], [3], "layerNorm: weight must be [3], got [2]"],
  [[2, 3], [3], [1, 3], "layerNorm: bias must be [3], got [1, 3]"],
])("layerNorm of x %j, weight %j, bias %j is refused", (x, weight, bias, message) => {
  expect(() => layerNorm(Tensor.zeros(x), parameters(weight, bias), 1e-5, referenceEngine)).toThrow(message);
});
