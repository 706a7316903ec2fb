import { ShapeError } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { ContextOverflowError } from "../src/errors.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, forwardByLayer } from "../src/model.ts";
import { tinyModel } from "./tiny-model.ts";

const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const model = tinyModel();
const full = forward(model, ids); // [T, V]

test("a pass gives one row of V logits per token", () => {
  expect(full.shape).toEqual([12, 61]);
});

test("feeding in pieces of any size gives the logits of one full pass", () => {
  const cache = new KVCache(model.config, model.engine);
  for (const [start, end] of [
    [0, 5],
    [5, 6],
    [6, 9],
    [9, 12],
  ] as const) {
    const part = forward(model, ids.slice(start, end), { cache });
    for (let i = start; i < end; i++) expect(part.row(i - start).data).toEqual(full.row(i).data);
  }
});

test("truncating and going on equals never having fed the rest, bit for bit", () => {
  const cache = new KVCache(model.config, model.engine);
  forward(model, ids, { cache });
  cache.truncate(4);
  const other = new KVCache(model.config, model.engine);
  forward(model, ids.slice(0, 4), { cache: other });
  const [a, b] = [cache, other].map((c) => forward(model, [7, 8, 9], { cache: c }).data);
  expect(a).toEqual(b);
});

test('positions "last" gives the last row of all, and the cache advances by the whole prompt', () => {
  const cache = new KVCache(model.config, model.engine);
  const last = forward(model, ids, { cache, positions: "last" });
  expect(last.shape).toEqual([1, 61]);
  expect(last.data).toEqual(full.row(11).data);
  expect(cache.length).toBe(12);
});

test("logits are written where they are asked to be, and nowhere that has not their size", () => {
  const cache = new KVCache(model.config, model.engine);
  const into = new Float32Array(61);
  const logits = forward(model, ids, { cache, positions: "last", into });
  expect(logits.data).toBe(into);
  expect(into).toEqual(full.row(11).data);
  expect(() => forward(model, [1, 2], { cache, into })).toThrow("shape [2, 61] holds 122 elements, got 61");
  const doubles = new Float64Array(61) as unknown as Float32Array;
  expect(() => forward(model, ids, { into: doubles })).toThrow(
    'forward: option "into" must be a Float32Array, got a Float64Array',
  );
  expect(cache.length).toBe(12);
});

test("what a pass gives is the caller's: a later pass does not change it", () => {
  const logits = forward(model, ids);
  const before = logits.clone();
  forward(
    model,
    ids.map((id) => id + 1),
  );
  expect(logits.data).toEqual(before.data);
});

test("two passes interleaved layer by layer do not disturb each other", () => {
  const first = forwardByLayer(model, [{ ids }]);
  const second = forwardByLayer(model, [{ ids: [8, 8, 8] }]);
  first.next();
  second.next();
  let step = first.next();
  while (!step.done) {
    second.next();
    step = first.next();
  }
  expect(step.value.data).toEqual(full.data);
});

test("a pass given up between layers leaves the cache as it was", () => {
  const cache = new KVCache(model.config, model.engine);
  forward(model, ids.slice(0, 3), { cache });
  const pass = forwardByLayer(model, [{ ids: [7, 8, 9], cache }]);
  pass.next();
  pass.return(full);
  expect(cache.length).toBe(3);
  const logits = forward(model, ids.slice(3), { cache });
  expect(logits.row(8).data).toEqual(full.row(11).data);
});

test("one token more than nPositions is a ContextOverflowError with the counts, with and without a cache", () => {
  const tooMany = Array.from({ length: 25 }, () => 1);
  expect(() => forward(model, tooMany)).toThrow(ContextOverflowError);
  const cache = new KVCache(model.config, model.engine);
  forward(model, ids, { cache });
  const error = expectOverflow(() => forward(model, tooMany.slice(0, 13), { cache }));
  expect(error).toMatchObject({ past: 12, adding: 13, limit: 24, what: "nPositions" });
  expect(cache.length).toBe(12);
});

test("feeding past the cache's capacity changes nothing in the cache", () => {
  const cache = new KVCache(model.config, model.engine, 14);
  forward(model, ids, { cache });
  const before = cache.keys(0).data.slice();
  const error = expectOverflow(() => forward(model, [1, 2, 3], { cache }));
  expect(error).toMatchObject({ past: 12, adding: 3, limit: 14, what: "cache capacity" });
  expect(cache.keys(0).data).toEqual(before);
  expect(cache.length).toBe(12);
});

test("an id outside the vocabulary is an error that names it and the range", () => {
  expect(() => forward(model, [0, 61])).toThrow(
    "embedding: id 61 at position 1 is not in the table; ids go from 0 to 60",
  );
  expect(() => forward(model, [-1])).toThrow(ShapeError);
  expect(() => forward(model, [1.5])).toThrow(ShapeError);
});

test("no tokens at all is an error", () => {
  expect(() => forward(model, [])).toThrow("forward: needs at least one token id, got none");
});

function expectOverflow(run: () => unknown): ContextOverflowError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ContextOverflowError);
    return error as ContextOverflowError;
  }
  throw new Error("no ContextOverflowError was thrown");
}
