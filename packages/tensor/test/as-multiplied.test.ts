/** What a product reads of its left operand, against the products themselves. */
import { asMultiplied, createReferenceEngine, createSimdEngine, linear, ShapeError, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

const x = Tensor.from([
  [1, -0.25, 0.004, 127],
  [0, 0, 0, 0],
  [0.3, 0.1, -0.2, 0.05],
]);

test("a float weight reads x itself", () => {
  for (const dtype of ["f32", "f16", "bf16"] as const) expect(asMultiplied(x, { dtype })).toBe(x);
});

test("an int8 weight reads rows rounded to 127 steps: 127 is one step of 1, zeros stay zeros", () => {
  const rounded = asMultiplied(x, { dtype: "int8" });
  expect(Array.from(rounded.row(0).data)).toEqual([1, 0, 0, 127]);
  expect(Array.from(rounded.row(1).data)).toEqual([0, 0, 0, 0]);
  // steps of 0.3 / 127: 0.1 is 42.33 of them, -0.2 is 84.67, 0.05 is 21.17
  expect(rounded.slice(2, 3)).toBeCloseToTensor(Tensor.from([[0.3, 0.0992126, -0.2007874, 0.0496063]]), {
    atol: 1e-7,
    rtol: 0,
  });
});

test.each([createReferenceEngine, () => createSimdEngine({ threads: 1 })])(
  "an int8 product of x and of what it reads of x are the same",
  async (create) => {
    const engine = create();
    const stored = Float32Array.from({ length: 4 * 40 }, (_, i) => Math.sin(i));
    const bytes = new Uint8Array(stored.buffer);
    const read = async (offset: number, into: Uint8Array) => into.set(bytes.subarray(offset, offset + into.length));
    const weight = await engine.loadWeight({ shape: [4, 40], dtype: "F32", read }, "linear", "int8");
    const exact = Tensor.zeros([3, 40]);
    const rounded = asMultiplied(x, weight);
    const all = weight.toTensor();
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 40; j++)
        for (let t = 0; t < 4; t++)
          (exact.data[i * 40 + j] as number) += (rounded.row(i).data[t] as number) * (all.row(t).data[j] as number);
    expect(linear(x, weight, undefined, engine)).toBeCloseToTensor(exact, { atol: 1e-6, rtol: 1e-6 });
  },
);

test("x has rank 2", () => {
  expect(() => asMultiplied(Tensor.from([1, 2]), { dtype: "f32" })).toThrow(
    new ShapeError("asMultiplied: x must be [m, k], got [2]"),
  );
});
