import { Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

const counting = (...shape: number[]): Tensor => {
  const tensor = Tensor.zeros(shape);
  tensor.data.forEach((_, i) => {
    tensor.data[i] = i;
  });
  return tensor;
};

test("a vector is one line of values after its shape", () => {
  expect(String(Tensor.from([1, -2.5, 0]))).toBe("Tensor [3]\n[ 1.0000  -2.5000   0.0000]");
});

test("a matrix has one line a row, columns aligned", () => {
  expect(
    String(
      Tensor.from([
        [1, 20],
        [-300, 4],
      ]),
    ),
  ).toBe("Tensor [2, 2]\n[[   1.0000    20.0000]\n [-300.0000     4.0000]]");
});

test("a tensor of rank 3 nests its brackets", () => {
  expect(String(counting(2, 2, 1))).toBe("Tensor [2, 2, 1]\n[[[0.0000]\n  [1.0000]]\n [[2.0000]\n  [3.0000]]]");
});

test("eight values are shown in full, nine as the first and last three", () => {
  expect(String(counting(8))).toBe("Tensor [8]\n[0.0000  1.0000  2.0000  3.0000  4.0000  5.0000  6.0000  7.0000]");
  expect(String(counting(9))).toBe("Tensor [9]\n[0.0000  1.0000  2.0000  ...  6.0000  7.0000  8.0000]");
});

test("long axes are left out in both directions", () => {
  expect(String(counting(9, 9))).toBe(
    [
      "Tensor [9, 9]",
      "[[ 0.0000   1.0000   2.0000  ...   6.0000   7.0000   8.0000]",
      " [ 9.0000  10.0000  11.0000  ...  15.0000  16.0000  17.0000]",
      " [18.0000  19.0000  20.0000  ...  24.0000  25.0000  26.0000]",
      " ...",
      " [54.0000  55.0000  56.0000  ...  60.0000  61.0000  62.0000]",
      " [63.0000  64.0000  65.0000  ...  69.0000  70.0000  71.0000]",
      " [72.0000  73.0000  74.0000  ...  78.0000  79.0000  80.0000]]",
    ].join("\n"),
  );
});

test("very small and very large values are shown with an exponent", () => {
  expect(String(Tensor.from([0.0001, 2_000_000]))).toBe("Tensor [2]\n[1.000e-4  2.000e+6]");
});

test("NaN and infinities are shown as such", () => {
  expect(String(Tensor.from([Number.NaN, Number.NEGATIVE_INFINITY, 1]))).toBe(
    "Tensor [3]\n[      NaN  -Infinity     1.0000]",
  );
});

test("rank 0 is its value, an empty tensor says so", () => {
  expect(String(Tensor.from(2))).toBe("Tensor []\n2.0000");
  expect(String(Tensor.zeros([0, 3]))).toBe("Tensor [0, 3] (empty)");
});
