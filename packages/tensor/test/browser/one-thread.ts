/** The simd engine where a browser allows it no second thread: it computes, on one. Run by test/browser. */
import { attention, createEngine, createSimdEngine, type Engine, linear, referenceEngine, Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

const wave = (shape: readonly [number, ...number[]], step: number) => {
  const tensor = Tensor.zeros(shape);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = Math.sin(step * (i + 1));
  return tensor;
};

function loadLinear(engine: Engine, { data, shape }: Tensor) {
  const bytes = new Uint8Array(data.buffer);
  const read = async (at: number, into: Uint8Array) => into.set(bytes.subarray(at, at + into.length));
  return engine.loadWeight({ shape, dtype: "F32", read }, "linear");
}

test("by default the engine is the simd one, with one thread", async () => {
  const engine = await createEngine();
  expect([engine.kernelSet, engine.threads]).toEqual(["simd", 1]);
  engine.dispose();
});

test.each([true, false])("its kernels equal the reference, relaxed %s", async (relaxed) => {
  const engine = createSimdEngine({ threads: 1, relaxed });
  const [x, w, b] = [wave([65, 130], 0.7), wave([130, 61], 1.3), wave([61], 1.9)];
  const packed = await loadLinear(engine, w);
  const product = linear(x, packed, b, engine);
  expect(product).toBeCloseToTensor(linear(x, w, b, referenceEngine), { atol: 1e-6 * Math.sqrt(130), rtol: 1e-6 });
  const [q, k] = [wave([9, 96], 0.3), wave([3, 40, 32], 0.9)];
  const options = { past: 20, scale: 0.2 };
  const z = attention(q, k, k, options, engine);
  expect(z).toBeCloseToTensor(attention(q, k, k, options, referenceEngine), { atol: 1e-6 * Math.sqrt(61), rtol: 1e-6 });
  engine.dispose();
});
