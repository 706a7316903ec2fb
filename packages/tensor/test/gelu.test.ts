import { type Engine, gelu, relu, Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { engines, FLOAT32, tensorOn } from "./engines.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

// Python's math.erfc and math.tanh, in float64: x, the tanh form, the erf form (x times the normal distribution at x)
const GELU: readonly [number, number, number][] = [
  [-3, -0.0036373920817729943, -0.004049694094890287],
  [-1, -0.15880800939172324, -0.15865525393145707],
  [-0.5, -0.15428599017485606, -0.15426876936299344],
  [0.5, 0.34571400982514394, 0.34573123063700656],
  [1, 0.8411919906082768, 0.8413447460685429],
  [2, 1.954597694087775, 1.9544997361036416],
  [3, 2.996362607918227, 2.99595030590511],
];

describe.each(engines)("$name", ({ engine }: { engine: Engine }) => {
  test("the tanh form, GPT-2's own: gelu(1) = 0.841192", () => {
    const y = gelu(
      tensorOn(
        engine,
        GELU.map(([x]) => x),
      ),
      "tanh",
      engine,
    );
    expect(y).toBeCloseToTensor(Tensor.from(GELU.map(([, tanh]) => tanh)), FLOAT32);
  });

  test("the erf form: gelu(1) = 0.841345", () => {
    const y = gelu(
      tensorOn(
        engine,
        GELU.map(([x]) => x),
      ),
      "erf",
      engine,
    );
    expect(y).toBeCloseToTensor(Tensor.from(GELU.map(([, , erf]) => erf)), FLOAT32);
  });

  test("tanh is the form when none is named", () => {
    expect(gelu(Tensor.from([1])).data[0]).toBe(Math.fround(0.8411919906082768));
  });

  test.each(["tanh", "erf"] as const)(
    "%s: 0 stays 0, large values stay themselves or vanish, NaN goes through",
    (form) => {
      const y = gelu(tensorOn(engine, [0, 50, -50, inf, nan]), form, engine);
      expect(y.toArray()).toEqual([0, 50, -0, inf, nan]);
    },
  );

  test("relu is max(x, 0), NaN stays NaN", () => {
    expect(relu(tensorOn(engine, [-2, 0, 3, nan, -inf, inf]), engine).toArray()).toEqual([0, 0, 3, nan, 0, inf]);
  });
});

test("the two forms differ by at most 4.8e-4, which a tolerance of 1e-2 would not see", () => {
  const x = new Tensor(
    Float32Array.from({ length: 1001 }, (_, i) => (i - 500) / 100),
    [1001],
  );
  const [tanh, exact] = [gelu(x, "tanh"), gelu(x, "erf")];
  const largest = Math.max(...tanh.data.map((value, i) => Math.abs(value - exact.data[i])));
  expect(largest).toBeGreaterThan(4.7e-4);
  expect(largest).toBeLessThan(4.8e-4);
});
