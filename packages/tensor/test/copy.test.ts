import { copyHeads, copyInto, ShapeError, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, tensorOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }) => {
  test("copyInto writes x into the memory of out, and returns out", () => {
    const out = tensorOn(engine, [1, 2, 3]);
    expect(copyInto(out, Tensor.from([4, 5, 6]), engine)).toBe(out);
    expect(out.toArray()).toEqual([4, 5, 6]);
  });

  test("copyHeads copies the rows of every head, between caches of different capacity", () => {
    const x = tensorOn(engine, [
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]); // [H, capacity, D] = [2, 3, 1]
    const out = tensorOn(engine, [
      [[0], [0], [0], [0]],
      [[0], [0], [0], [0]],
    ]);
    copyHeads(out, x, 1, 3, engine);
    expect(out.toArray()).toEqual([
      [[0], [2], [3], [0]],
      [[0], [5], [6], [0]],
    ]);
  });
});

const [{ engine }] = engines as [(typeof engines)[number]];
const cache = (...shape: number[]) => Tensor.zeros(shape);

test("shapes that do not fit are refused, with the rule and what was given", () => {
  expect(() => copyInto(cache(2), cache(3), engine)).toThrow("copyInto: x must be [2], got [3]");
  expect(() => copyHeads(cache(2, 3), cache(2, 3, 1), 0, 1, engine)).toThrow(
    "copyHeads: out must be [H, capacity, D], got [2, 3]",
  );
  expect(() => copyHeads(cache(2, 3, 1), cache(2, 3), 0, 1, engine)).toThrow(
    "copyHeads: x must be [H, capacity, D], got [2, 3]",
  );
  expect(() => copyHeads(cache(2, 4, 2), cache(2, 3, 1), 0, 1, engine)).toThrow(
    "copyHeads: out must be [H, capacity, D] = [2, *, 1], got [2, 4, 2]",
  );
});

test.each([
  [-1, 1],
  [2, 1],
  [0, 4],
  [0.5, 1],
])("rows %d to %d of a capacity of 3 are refused", (from, to) => {
  const copying = () => copyHeads(cache(2, 5, 1), cache(2, 3, 1), from, to, engine);
  expect(copying).toThrow(ShapeError);
  expect(copying).toThrow(`copyHeads: need 0 <= from <= to <= 3, the smaller capacity, got ${from} and ${to}`);
});
