import { type Engine, embedding, referenceEngine, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, weightOn } from "./engines.ts";

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("row i of the result is row ids[i] of the table", async () => {
    const table = await weightOn(
      engine,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      "embedding",
    );
    expect(embedding(table, [2, 0, 2], engine).toArray()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ]);
  });

  test("ids may be any array-like, such as an Int32Array", async () => {
    const table = await weightOn(
      engine,
      [
        [1, 2],
        [3, 4],
      ],
      "embedding",
    );
    expect(embedding(table, Int32Array.of(1), engine).toArray()).toEqual([[3, 4]]);
  });

  test("no ids give no rows", async () => {
    const table = await weightOn(engine, [[1, 2]], "embedding");
    expect(embedding(table, [], engine).shape).toEqual([0, 2]);
  });

  test("the result is a copy: writing to it leaves the table alone", async () => {
    const table = await weightOn(engine, [[1, 2]], "embedding");
    embedding(table, [0], engine).data[0] = 9;
    expect(table.row(0).toArray()).toEqual([1, 2]);
  });
});

test.each([3, -1, 0.5, Number.NaN])("id %d is not in a table of three rows", (id) => {
  expect(() => embedding(Tensor.zeros([3, 2]), [0, id], referenceEngine)).toThrow(
    `embedding: id ${id} at position 1 is not in the table; ids go from 0 to 2`,
  );
});

test("a table has two axes", () => {
  expect(() => embedding(Tensor.zeros([3]), [0], referenceEngine)).toThrow("embedding: table must be [V, C], got [3]");
});
