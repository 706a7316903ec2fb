import { type Engine, linear, referenceEngine, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, tensorOn, weightOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("x W + b, W stored [in, out]", async () => {
    const x = tensorOn(engine, [
      [1, 2],
      [3, 4],
    ]);
    const w = await weightOn(
      engine,
      [
        [1, 0, -1],
        [2, 1, 0],
      ],
      "linear",
    );
    const b = tensorOn(engine, [10, 20, 30]);
    // row 0: 1*1 + 2*2 + 10 = 15, 1*0 + 2*1 + 20 = 22, 1*-1 + 2*0 + 30 = 29
    // row 1: 3*1 + 4*2 + 10 = 21, 3*0 + 4*1 + 20 = 24, 3*-1 + 4*0 + 30 = 27
    expect(linear(x, w, b, engine).toArray()).toEqual([
      [15, 22, 29],
      [21, 24, 27],
    ]);
  });

  test("without a bias it is x W", async () => {
    const w = await weightOn(
      engine,
      [
        [1, 0, -1],
        [2, 1, 0],
      ],
      "linear",
    );
    // 1*1 + 2*2 = 5, 1*0 + 2*1 = 2, 1*-1 + 2*0 = -1
    expect(linear(tensorOn(engine, [[1, 2]]), w, undefined, engine).toArray()).toEqual([[5, 2, -1]]);
  });

  test("no rows in, no rows out", async () => {
    const w = await weightOn(
      engine,
      [
        [1, 0, -1],
        [2, 1, 0],
      ],
      "linear",
    );
    expect(linear(engine.allocate([0, 2]), w, undefined, engine).shape).toEqual([0, 3]);
  });

  test("a NaN in the bias reaches its column", async () => {
    const w = await weightOn(engine, [[1, 1]], "linear");
    const b = tensorOn(engine, [Number.NaN, 1]);
    expect(linear(tensorOn(engine, [[2], [3]]), w, b, engine).toArray()).toEqual([
      [Number.NaN, 3],
      [Number.NaN, 4],
    ]);
  });
});

test.each([
  [[2], [2, 3], [3], "linear: x must be [m, in], got [2]"],
  [[1, 2], [6], [3], "linear: weight must be [in, out], got [6]"],
  [
    [1, 2],
    [3, 2],
    [3],
    "linear: weight must be [in, out] = [2, *], got [3, 2]; GPT-2 stores Conv1D weights as [in, out]",
  ],
  [[1, 2], [2, 3], [2], "linear: bias must be [3], got [2]"],
])("linear of x %j, weight %j, bias %j is refused", (x, weight, bias, message) => {
  expect(() => linear(Tensor.zeros(x), Tensor.zeros(weight), Tensor.zeros(bias), referenceEngine)).toThrow(message);
});
