import { expect, test } from "vitest";
import { clipGradients, gradientNorm } from "../src/clip.ts";
import { learned } from "./learned.ts";

const parameters = () => {
  const [a, b] = [learned("a", [2], [0, 0]), learned("b", [1, 1], [0])];
  a.gradient.data.set([2, 3]);
  b.gradient.data.set([6]);
  return [a, b];
};

test("the norm is over all gradients together: 2, 3 and 6 have 7", () => {
  expect(gradientNorm(parameters())).toBe(7);
});

test("a norm above the limit scales all gradients by limit / (norm + 1e-6)", () => {
  const both = parameters();
  clipGradients(both, 7, 3.5);
  expect(both.flatMap(({ gradient }) => [...gradient.data])).toEqual(
    [2, 3, 6].map((x) => Math.fround((x * 3.5) / 7.000001)),
  );
});

test("a norm below the limit changes nothing", () => {
  const both = parameters();
  clipGradients(both, 7, 7.1);
  expect(both.flatMap(({ gradient }) => [...gradient.data])).toEqual([2, 3, 6]);
});
