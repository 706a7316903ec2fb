/** Shapes that attention and the cache's heads cannot take, and what is said of them. */
import {
  type AttentionOptions,
  attention,
  attentionInto,
  attentionOfEach,
  referenceEngine,
  storeHeads,
  Tensor,
} from "@tsgpt/tensor";
import { expect, test } from "vitest";

const shapes = (q: number[], keys: number[], values: number[], options: Partial<AttentionOptions> = {}) => {
  return () =>
    attention(
      Tensor.zeros(q),
      Tensor.zeros(keys),
      Tensor.zeros(values),
      { past: 0, scale: 1, ...options },
      referenceEngine,
    );
};

test.each<[string, () => unknown]>([
  ["attention: q must be [T, C], got [4]", shapes([4], [2, 3, 2], [2, 3, 2])],
  ["attention: keys must be [H, S, D], got [3, 4]", shapes([3, 4], [3, 4], [3, 4])],
  ["attention: values must be [2, 3, 2], got [2, 2, 2]", shapes([3, 4], [2, 3, 2], [2, 2, 2])],
  ["attention: q must be [T, H * D] = [*, 4], got [3, 5]", shapes([3, 5], [2, 3, 2], [2, 3, 2])],
  ["attention: 0 past and 4 new tokens do not fit keys of 3 rows", shapes([4, 4], [2, 3, 2], [2, 3, 2])],
  ["attention: 3 past and 1 new tokens do not fit keys of 3 rows", shapes([1, 4], [2, 3, 2], [2, 3, 2], { past: 3 })],
  ["attention: -1 past and 1 new tokens do not fit keys of 3 rows", shapes([1, 4], [2, 3, 2], [2, 3, 2], { past: -1 })],
  [
    "attention: NaN past and 1 new tokens do not fit keys of 3 rows",
    shapes([1, 4], [2, 3, 2], [2, 3, 2], { past: Number.NaN }),
  ],
  [
    "attention: scores must be [H, T, S] = [2, 1, 3], got [2, 1, 1]",
    shapes([1, 4], [2, 3, 2], [2, 3, 2], { past: 2, scores: Tensor.zeros([2, 1, 1]) }),
  ],
  [
    "attention: pattern must be [H, T, S] = [2, 1, 3], got [2, 3]",
    shapes([1, 4], [2, 3, 2], [2, 3, 2], { past: 2, pattern: Tensor.zeros([2, 3]) }),
  ],
  ['attention: from "scores" needs scores', shapes([1, 4], [2, 3, 2], [2, 3, 2], { from: "scores" })],
  ['attention: from "pattern" needs pattern', shapes([1, 4], [2, 3, 2], [2, 3, 2], { from: "pattern" })],
])("%s", (message, run) => {
  expect(run).toThrow(message);
});

test("attentionInto checks the memory it is given", () => {
  const [q, keys] = [Tensor.zeros([1, 4]), Tensor.zeros([2, 3, 2])];
  expect(() => attentionInto(Tensor.zeros([4]), q, keys, keys, { past: 0, scale: 1 }, referenceEngine)).toThrow(
    "attention: out must be [1, 4], got [4]",
  );
});

test.each([
  [[2, 4], 1, "attention: q must have the 1 rows of its sequences, got [2, 4]"],
  [[1, 4], -1, "attention: 0 past and -1 new tokens do not fit keys of 3 rows"],
  [[1, 4], 0.5, "attention: 0 past and 0.5 new tokens do not fit keys of 3 rows"],
  [[4], 1, "attention: q must be [T, C], got [4]"],
  [[1, 5], 1, "attention: q must be [T, H * D] = [*, 4], got [1, 5]"],
])("attentionOfEach of q %j and a sequence of %d rows is refused", (shape, rows, message) => {
  const [q, keys] = [Tensor.zeros(shape), Tensor.zeros([2, 3, 2])];
  const sequence = { rows, keys, values: keys, past: 0 };
  expect(() => attentionOfEach(q, q, [sequence], 1, referenceEngine)).toThrow(message);
});

test("attentionOfEach needs the same heads in all sequences, and memory of the queries' shape", () => {
  const q = Tensor.zeros([2, 4]);
  const [two, four] = [Tensor.zeros([2, 3, 2]), Tensor.zeros([4, 3, 1])];
  const sequences = [two, four].map((keys) => ({ rows: 1, keys, values: keys, past: 0 }));
  expect(() => attentionOfEach(q, q, sequences, 1, referenceEngine)).toThrow(
    "attention: keys of each must be [H, S, D] = [2, *, 2], got [4, 3, 1]",
  );
  expect(() => attentionOfEach(Tensor.zeros([4]), q, sequences, 1, referenceEngine)).toThrow(
    "attention: out must be [2, 4], got [4]",
  );
});

test.each([
  [[2, 3], [1, 4], 0, "storeHeads: cache must be [H, capacity, D], got [2, 3]"],
  [[2, 3, 2], [4], 0, "storeHeads: x must be [T, C], got [4]"],
  [[2, 3, 2], [1, 5], 0, "storeHeads: x [1, 5] at position 0 does not fit cache [2, 3, 2]"],
  [[2, 3, 2], [2, 4], 2, "storeHeads: x [2, 4] at position 2 does not fit cache [2, 3, 2]"],
  [[2, 3, 2], [1, 4], -1, "storeHeads: x [1, 4] at position -1 does not fit cache [2, 3, 2]"],
])("storeHeads of cache %j, x %j at %d is refused", (cache, x, position, message) => {
  expect(() => storeHeads(Tensor.zeros(cache), Tensor.zeros(x), position, referenceEngine)).toThrow(message);
});
