import { columns, type Engine, referenceEngine, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, tensorOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("cuts a run of columns out of every row", () => {
    const x = tensorOn(engine, [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect(columns(x, 1, 3, engine).toArray()).toEqual([
      [2, 3],
      [6, 7],
    ]);
  });

  test("is a copy", () => {
    const x = tensorOn(engine, [[1, 2]]);
    columns(x, 0, 1, engine).data[0] = 9;
    expect(x.toArray()).toEqual([[1, 2]]);
  });

  test("of nothing is nothing", () => {
    expect(columns(tensorOn(engine, [[1, 2]]), 1, 1, engine).shape).toEqual([1, 0]);
  });
});

test.each([
  [-1, 1],
  [2, 1],
  [0, 5],
  [0.5, 2],
  [0, Number.NaN],
])("columns %d to %d of four are refused", (start, end) => {
  expect(() => columns(Tensor.zeros([2, 4]), start, end, referenceEngine)).toThrow(
    `columns: need 0 <= start <= end <= 4, got ${start} and ${end} for shape [2, 4]`,
  );
});

test("columns are of a matrix", () => {
  expect(() => columns(Tensor.zeros([4]), 0, 1, referenceEngine)).toThrow("columns: x must be [m, n], got [4]");
});
