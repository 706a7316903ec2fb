import { argmax, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

test("the position of the largest value", () => {
  expect(argmax(Tensor.from([-3, 7, 2]))).toBe(1);
});

test("of equal values, the first", () => {
  expect(argmax(Tensor.from([1, 5, 5]))).toBe(1);
});

test("-Infinity alone is still a choice; +Infinity beats every number", () => {
  expect(argmax(Tensor.from([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]))).toBe(0);
  expect(argmax(Tensor.from([3e38, Number.POSITIVE_INFINITY]))).toBe(1);
});

test("a NaN is not passed over: its position is the answer, as in NumPy", () => {
  expect(argmax(Tensor.from([1, Number.NaN, 9]))).toBe(1);
});

test("an empty vector has no largest value, a matrix no single one", () => {
  expect(() => argmax(Tensor.zeros([0]))).toThrow("argmax: x is empty, there is nothing to choose from");
  expect(() => argmax(Tensor.zeros([1, 2]))).toThrow("argmax: x must be [n], got [1, 2]");
});
