import { add, addInto, type Engine, referenceEngine, scale, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, tensorOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("add sums element by element and leaves its operands alone", () => {
    const [a, b] = [tensorOn(engine, [1, 2, 3, 4, 5]), tensorOn(engine, [10, 20, 30, 40, 50])];
    expect(add(a, b, engine).toArray()).toEqual([11, 22, 33, 44, 55]);
    expect(a.toArray()).toEqual([1, 2, 3, 4, 5]);
  });

  test("addInto writes into its first operand and returns it", () => {
    const a = tensorOn(engine, [
      [1, 2],
      [3, 4],
    ]);
    expect(
      addInto(
        a,
        tensorOn(engine, [
          [10, 20],
          [30, 40],
        ]),
        engine,
      ),
    ).toBe(a);
    expect(a.toArray()).toEqual([
      [11, 22],
      [33, 44],
    ]);
  });

  test("scale multiplies every element", () => {
    expect(scale(tensorOn(engine, [1, -2, 0.5]), -2, engine).toArray()).toEqual([-2, 4, -1]);
  });

  test("NaN goes through; infinity minus infinity is NaN", () => {
    const a = tensorOn(engine, [Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const b = tensorOn(engine, [1, Number.NEGATIVE_INFINITY, 1]);
    expect(add(a, b, engine).toArray()).toEqual([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(scale(a, 0, engine).toArray()).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

test("shapes must be equal, there is no broadcasting", () => {
  expect(() => add(Tensor.zeros([2, 3]), Tensor.zeros([3]), referenceEngine)).toThrow("add: b must be [2, 3], got [3]");
  expect(() => addInto(Tensor.zeros([6]), Tensor.zeros([2, 3]), referenceEngine)).toThrow(
    "addInto: b must be [6], got [2, 3]",
  );
});
