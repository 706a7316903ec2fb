/** Properties of shapes: views lie where row-major order says, and an operation gives its shape or a ShapeError. */
import {
  attention,
  linear,
  matmul,
  matmulTransposed,
  referenceEngine,
  ShapeError,
  sizeOf,
  Tensor,
} from "@tsgpt/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";

const anyShape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const withAxis = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const size = fc.integer({ min: 0, max: 4 });

/** Element i is i. */
const counting = (shape: readonly number[]) =>
  new Tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );

/** The shape of what it gives; undefined for a ShapeError. Anything else thrown fails the test. */
function shapeOrRefusal(run: () => Tensor): readonly number[] | undefined {
  try {
    return run().shape;
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    return undefined;
  }
}

test("nested arrays keep the shape of every tensor with elements", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).map(counting), (tensor) => {
      const again = Tensor.from(tensor.toArray());
      expect(again.shape).toEqual(tensor.shape);
      expect(again.data).toEqual(tensor.data);
    }),
  );
});

test("rows and slices are views at index x row size, of the same memory", () => {
  fc.assert(
    fc.property(withAxis, fc.nat(), fc.nat(), (shape, a, b) => {
      const tensor = counting(shape);
      const [rows, ...rest] = shape as [number, ...number[]];
      const [start, end] = [a % (rows + 1), b % (rows + 1)].sort((x, y) => x - y) as [number, number];
      const part = tensor.slice(start, end);
      expect(part.shape).toEqual([end - start, ...rest]);
      expect(part.data.buffer).toBe(tensor.data.buffer);
      for (let i = start; i < end; i++) {
        expect(part.row(i - start).data).toEqual(tensor.row(i).data);
        expect(tensor.row(i).data[0]).toBe(i * sizeOf(rest));
      }
    }),
  );
});

test("reshape takes exactly the shapes of the same size", () => {
  fc.assert(
    fc.property(anyShape, anyShape, (from, to) => {
      const tensor = counting(from);
      const expected = sizeOf(from) === sizeOf(to) ? to : undefined;
      expect(shapeOrRefusal(() => tensor.reshape(to))).toEqual(expected);
      expect(tensor.reshape([tensor.size]).reshape(from).data).toBe(tensor.data);
    }),
  );
});

test("a tensor of any size can be shown", () => {
  fc.assert(
    fc.property(anyShape, (shape) => {
      expect(counting(shape).toString()).toContain(`Tensor [${shape.join(", ")}]`);
    }),
  );
});

test("products give [m, n] where the inner dimensions agree, and a ShapeError elsewhere", () => {
  fc.assert(
    fc.property(size, size, size, size, (m, k, other, n) => {
      const a = Tensor.zeros([m, k]);
      const expected = k === other ? [m, n] : undefined;
      expect(shapeOrRefusal(() => matmul(a, Tensor.zeros([other, n]), referenceEngine))).toEqual(expected);
      expect(shapeOrRefusal(() => linear(a, Tensor.zeros([other, n]), Tensor.zeros([n]), referenceEngine))).toEqual(
        expected,
      );
      expect(shapeOrRefusal(() => matmulTransposed(a, Tensor.zeros([n, other]), referenceEngine))).toEqual(expected);
    }),
  );
});

test("products of any ranks give a shape or a ShapeError", () => {
  fc.assert(
    fc.property(anyShape, anyShape, (a, b) => {
      const isProduct = a.length === 2 && b.length === 2 && a[1] === b[0];
      expect(shapeOrRefusal(() => matmul(Tensor.zeros(a), Tensor.zeros(b), referenceEngine))).toEqual(
        isProduct ? [a[0], b[1]] : undefined,
      );
    }),
  );
});

test("attention gives q's shape where heads, channels and rows fit, and a ShapeError elsewhere", () => {
  const one = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(one, one, one, one, size, one, (t, heads, d, capacity, past, c) => {
      const keys = Tensor.zeros([heads, capacity, d]);
      const fits = c * d === heads * d && past + t <= capacity;
      const run = () => attention(Tensor.zeros([t, c * d]), keys, keys, { past, scale: 1 }, referenceEngine);
      expect(shapeOrRefusal(run)).toEqual(fits ? [t, c * d] : undefined);
    }),
  );
});
