import { ShapeError, sizeOf, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return (error as ShapeError).message;
  }
  throw new Error("expected a ShapeError");
};

test("from lays nested rows out one after another", () => {
  const matrix = Tensor.from([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(matrix.shape).toEqual([2, 3]);
  expect([...matrix.data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("element [i, j, k] of shape [2, 3, 4] is data[(i * 3 + j) * 4 + k]", () => {
  const tensor = new Tensor(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );
  expect(tensor.row(1).row(2).data[3]).toBe((1 * 3 + 2) * 4 + 3); // 23
});

test("a number alone is a tensor of rank 0 with one element", () => {
  expect(Tensor.from(7).shape).toEqual([]);
  expect(Tensor.from(7).size).toBe(1);
});

test("an empty axis is a shape like any other", () => {
  expect(Tensor.from([[], []]).shape).toEqual([2, 0]);
  expect(Tensor.zeros([0, 5]).size).toBe(0);
});

test("toArray is the inverse of from", () => {
  for (const values of [
    7,
    [1, 2],
    [
      [1, 2],
      [3, 4],
    ],
    [
      [[1], [2]],
      [[3], [4]],
    ],
    [[], []],
  ]) {
    expect(Tensor.from(values).toArray()).toEqual(values);
  }
});

test.each([[[[1, 2], [3]]], [[[1], [2, 3]]], [[1, [2]]], [[[1], 2]], [[[[1]], [[2], [3]]]]])(
  "rows of uneven length are refused: %j",
  (values) => {
    expect(message(() => Tensor.from(values))).toMatch(
      /^Tensor\.from: every row must have the same length; the first ones make \[.*\]$/,
    );
  },
);

test("values are stored as float32: 0.1 becomes 0.10000000149011612", () => {
  expect(Tensor.from([0.1]).data[0]).toBe(0.10000000149011612);
});

test("the constructor wraps the data without copying", () => {
  const data = new Float32Array(4);
  const tensor = new Tensor(data, [2, 2]);
  data[3] = 5;
  expect(tensor.row(1).data[1]).toBe(5);
});

test("a shape that does not hold the data is refused with both numbers", () => {
  expect(message(() => new Tensor(new Float32Array(5), [2, 3]))).toBe("Tensor: shape [2, 3] holds 6 elements, got 5");
});

test.each([[[-1]], [[1.5]], [[Number.NaN]], [[2, Number.POSITIVE_INFINITY]]])(
  "a dimension must be a whole number: %j",
  (shape) => {
    expect(message(() => sizeOf(shape))).toBe(
      `shape: each dimension must be a whole number, 0 or more, got [${shape.join(", ")}]`,
    );
  },
);

test("a product of dimensions beyond 2^53 is refused", () => {
  expect(message(() => sizeOf([2 ** 30, 2 ** 30]))).toBe("shape: [1073741824, 1073741824] has too many elements");
});

test("reshape shares memory", () => {
  const tensor = Tensor.from([1, 2, 3, 4, 5, 6]);
  const matrix = tensor.reshape([2, 3]);
  matrix.data[5] = 60;
  expect(tensor.data[5]).toBe(60);
  expect(matrix.toArray()).toEqual([
    [1, 2, 3],
    [4, 5, 60],
  ]);
});

test("reshape to another size is refused with both shapes and sizes", () => {
  expect(message(() => Tensor.zeros([2, 3]).reshape([4]))).toBe("reshape: [2, 3] has 6 elements, [4] asks for 4");
});

test("row is a view: a write through it changes the tensor", () => {
  const matrix = Tensor.from([
    [1, 2],
    [3, 4],
  ]);
  matrix.row(1).data[0] = 30;
  expect(matrix.toArray()).toEqual([
    [1, 2],
    [30, 4],
  ]);
});

test.each([2, -1, 0.5, Number.NaN])("row %d of a tensor of two rows is refused", (index) => {
  expect(message(() => Tensor.zeros([2, 3]).row(index))).toBe(
    `row: index must be a whole number from 0 to 1, got ${index} for shape [2, 3]`,
  );
});

test("slice is a view of whole rows", () => {
  const matrix = Tensor.from([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const part = matrix.slice(1, 3);
  part.data[0] = 30;
  expect(part.shape).toEqual([2, 2]);
  expect(matrix.data[2]).toBe(30);
  expect(matrix.slice(1, 1).shape).toEqual([0, 2]);
});

test.each([
  [-1, 1],
  [2, 1],
  [0, 3],
  [0.5, 1],
  [0, Number.NaN],
])("slice %d to %d of two rows is refused", (start, end) => {
  expect(message(() => Tensor.zeros([2, 3]).slice(start, end))).toBe(
    `slice: need 0 <= start <= end <= 2, got ${start} and ${end} for shape [2, 3]`,
  );
});

test("clone has memory of its own", () => {
  const tensor = Tensor.from([1, 2]);
  tensor.clone().data[0] = 9;
  expect(tensor.data[0]).toBe(1);
});

test("a tensor is the reference kernels' weight: its bytes are 4 per element", () => {
  const tensor = Tensor.zeros([2, 3]);
  expect([tensor.bytes, tensor.dtype, tensor.layout]).toEqual([24, "f32", "row-major"]);
  expect(tensor.toTensor()).toBe(tensor);
});

test("allClose compares with atol + rtol * |other|", () => {
  // |100.5 - 100| = 0.5 = 0.25 + 0.0025 * 100, exact in float32
  const [a, b] = [Tensor.from([100.5]), Tensor.from([100])];
  expect(a.allClose(b, { atol: 0.25, rtol: 0.0025 })).toBe(true);
  expect(a.allClose(b, { atol: 0.25, rtol: 0.0024 })).toBe(false);
});

test("allClose of different shapes is false, whatever the values", () => {
  expect(Tensor.zeros([2, 3]).allClose(Tensor.zeros([3, 2]))).toBe(false);
});

test("allClose: equal infinities are equal, a NaN equals nothing", () => {
  const infinite = Tensor.from([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(infinite.allClose(infinite.clone())).toBe(true);
  expect(Tensor.from([Number.NaN]).allClose(Tensor.from([Number.NaN]))).toBe(false);
});

test("allClose: an infinity is close to no number and not to its opposite", () => {
  const infinity = Tensor.from([Number.POSITIVE_INFINITY]);
  expect(Tensor.from([1]).allClose(infinity)).toBe(false);
  expect(infinity.allClose(Tensor.from([1]))).toBe(false);
  expect(Tensor.from([Number.NEGATIVE_INFINITY]).allClose(infinity)).toBe(false);
});
