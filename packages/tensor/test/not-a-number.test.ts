/** NaN goes through every operation of every engine, wherever in a row it stands: vectors of four, tails, panels, tiles. */
import {
  add,
  attention,
  columns,
  type Engine,
  embedding,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  matmulTransposed,
  relu,
  scale,
  silu,
  softmax,
  type Tensor,
} from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, weightOn } from "./engines.ts";

const WIDTHS = [1, 3, 4, 5, 8, 19];
const places = WIDTHS.flatMap((width) => Array.from({ length: width }, (_, at) => ({ width, at })));

/** Numbers between -1 and 1. */
function noise(engine: Engine, shape: readonly number[]): Tensor {
  const tensor = engine.allocate(shape);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = Math.sin(12.9898 * (i + 1));
  return tensor;
}

/** [5, width] with a NaN in row 2. */
function poisoned(engine: Engine, { width, at }: { width: number; at: number }): Tensor {
  const tensor = noise(engine, [5, width]);
  tensor.data[2 * width + at] = Number.NaN;
  return tensor;
}

/** Where the NaNs of [m, n] are, row by row: all of it, a column, or nowhere. */
const nanRows = (tensor: Tensor) =>
  Array.from({ length: tensor.shape[0] }, (_, i) => {
    const found = [...tensor.row(i).data].flatMap((value, j) => (Number.isNaN(value) ? [j] : []));
    return found.length === tensor.shape[1] ? "all" : found.join();
  });
const onlyRow2 = (what: string) => ["", "", what, "", ""];

describe.each(engines)("$name", ({ engine }) => {
  const elementwise: readonly [string, (x: Tensor) => Tensor][] = [
    ["gelu, tanh", (x) => gelu(x, "tanh", engine)],
    ["gelu, erf", (x) => gelu(x, "erf", engine)],
    ["gelu, sigmoid", (x) => gelu(x, "sigmoid", engine)],
    ["silu", (x) => silu(x, engine)],
    ["relu", (x) => relu(x, engine)],
    ["scale", (x) => scale(x, 0, engine)],
    ["add", (x) => add(x, noise(engine, x.shape), engine)],
    ["add, right", (x) => add(noise(engine, x.shape), x, engine)],
    ["columns", (x) => columns(x, 0, x.shape[1], engine)],
  ];
  test.each(elementwise)("%s: the element, and no other", (_, operation) => {
    for (const place of places) {
      const expected = place.width === 1 ? "all" : String(place.at);
      expect(nanRows(operation(poisoned(engine, place)))).toEqual(onlyRow2(expected));
    }
  });

  const rowwise: readonly [string, (x: Tensor) => Tensor][] = [
    ["softmax", (x) => softmax(x, engine)],
    ["logSoftmax", (x) => logSoftmax(x, engine)],
    [
      "layerNorm",
      (x) => layerNorm(x, { weight: noise(engine, [x.shape[1]]), bias: noise(engine, [x.shape[1]]) }, 1e-5, engine),
    ],
    ["matmul", (x) => matmul(x, noise(engine, [x.shape[1], 11]), engine)],
    ["matmulTransposed", (x) => matmulTransposed(x, noise(engine, [11, x.shape[1]]), engine)],
    ["linear", (x) => linear(x, noise(engine, [x.shape[1], 11]), noise(engine, [11]), engine)],
  ];
  test.each(rowwise)("%s: the row, and no other", (_, operation) => {
    for (const place of places) expect(nanRows(operation(poisoned(engine, place)))).toEqual(onlyRow2("all"));
  });

  test.each(["linear", "head"] as const)("a NaN in a %s weight: its column of every row", async (role) => {
    for (const { width, at } of places) {
      const values = noise(engine, [width, width]);
      values.data[at * width + at] = Number.NaN;
      const weight = await weightOn(engine, values.toArray(), role);
      const x = noise(engine, [5, width]);
      const out = role === "linear" ? linear(x, weight, undefined, engine) : matmulTransposed(x, weight, engine);
      expect(nanRows(out)).toEqual(new Array(5).fill(width === 1 ? "all" : String(at)));
    }
  });

  test("a NaN in a layer norm's weight or bias: its column", () => {
    for (const { width, at } of places) {
      for (const part of ["weight", "bias"] as const) {
        const parameters = { weight: noise(engine, [width]), bias: noise(engine, [width]) };
        parameters[part].data[at] = Number.NaN;
        const out = layerNorm(noise(engine, [5, width]), parameters, 1e-5, engine);
        expect(nanRows(out)).toEqual(new Array(5).fill(width === 1 ? "all" : String(at)));
      }
    }
  });

  test("an embedding's row with a NaN has it still", async () => {
    const table = await weightOn(
      engine,
      [
        [1, 2, 3],
        [4, Number.NaN, 6],
      ],
      "embedding",
    );
    expect(nanRows(embedding(table, [0, 1], engine))).toEqual(["", "1"]);
  });

  test("a row of -Infinity alone is NaN, however long", () => {
    for (const width of WIDTHS) {
      const x = noise(engine, [3, width]);
      x.row(1).data.fill(Number.NEGATIVE_INFINITY);
      expect(nanRows(softmax(x, engine))).toEqual(["", "all", ""]);
      expect(nanRows(logSoftmax(x, engine))).toEqual(["", "all", ""]);
    }
  });

  test("attention: a NaN in a key or a value reaches each query that sees it, in its head, and none before", () => {
    const [heads, t, past] = [2, 7, 3];
    for (const d of WIDTHS) {
      for (let at = 0; at < past + t; at++) {
        for (const part of ["keys", "values"] as const) {
          const cache = {
            keys: noise(engine, [heads, past + t + 1, d]),
            values: noise(engine, [heads, past + t + 1, d]),
          };
          cache[part].row(1).row(at).data[d - 1] = Number.NaN;
          const q = noise(engine, [t, heads * d]);
          const z = attention(q, cache.keys, cache.values, { past, scale: 0.5 }, engine);
          const head0 = Array.from({ length: t }, (_, i) => z.row(i).data.slice(0, d).some(Number.isNaN));
          const head1 = Array.from({ length: t }, (_, i) => Number.isNaN(z.row(i).data[2 * d - 1]));
          expect(head0).toEqual(new Array(t).fill(false));
          expect(head1).toEqual(Array.from({ length: t }, (_, i) => past + i >= at));
        }
      }
    }
  });

  test("attention: a NaN in a query spoils its row in its head alone", () => {
    const [heads, t, d] = [2, 7, 5];
    for (let at = 0; at < t; at++) {
      const [q, keys] = [noise(engine, [t, heads * d]), noise(engine, [heads, t, d])];
      q.row(at).data[1] = Number.NaN;
      const z = attention(q, keys, keys, { past: 0, scale: 0.5 }, engine);
      expect(nanRows(z)).toEqual(Array.from({ length: t }, (_, i) => (i === at ? "0,1,2,3,4" : "")));
    }
  });

  test("attention from scores of -Infinity alone is NaN", () => {
    const keys = noise(engine, [1, 6, 4]);
    const scores = noise(engine, [1, 6, 6]);
    scores.row(0).row(3).data.fill(Number.NEGATIVE_INFINITY);
    const z = attention(noise(engine, [6, 4]), keys, keys, { past: 0, scale: 1, scores, from: "scores" }, engine);
    expect(nanRows(z)).toEqual(["", "", "", "all", "", ""]);
  });
});
