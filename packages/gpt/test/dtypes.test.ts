/**
 * A whole model by storage dtype. The bounds: the largest logit of the trained model is about 12, and its logits on these ids move by
 * 0.05 (bf16) and 0.6 (int8); docs/numerics.md has the figures on a text.
 */
import { fileURLToPath } from "node:url";
import { createReferenceEngine, createSimdEngine, type Tensor, type WeightDtype } from "@tsgpt/tensor";
import { afterAll, expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { readTensors } from "../src/checkpoint/read-tensors.ts";
import { KVCache } from "../src/kv-cache.ts";
import { weightBytes, weightBytesPerStep } from "../src/memory/cost.ts";
import { forward } from "../src/model.ts";
import { loadModel } from "../src/node/index.ts";
import { readBytes } from "./fixture-files.ts";

const engine = createSimdEngine({ threads: 2 });
const reference = createReferenceEngine();
afterAll(() => engine.dispose());

const path = (folder: string) => fileURLToPath(new URL(`../../../${folder}`, import.meta.url));
const trained = (dtype: WeightDtype, on = engine) =>
  loadModel(path("packages/gpt/test/fixtures/fairytales-1"), { engine: on, dtype });
const ids = Array.from({ length: 40 }, (_, i) => (i * 97 + 5) % 4096);

function largestDifference(a: Tensor, b: Tensor): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] as number))), 0);
}

test.each([
  ["f16", 0], // the file is F16: nothing is rounded
  ["bf16", 0.2],
  ["int8", 2],
] as const)("logits in %s differ from f32's by %d at most", async (dtype, bound) => {
  const [narrow, full] = [await trained(dtype), await trained("f32")];
  const difference = largestDifference(forward(narrow, ids), forward(full, ids));
  expect(difference).toBeLessThanOrEqual(bound === 0 ? 5e-5 : bound);
  if (bound > 0) expect(difference).toBeGreaterThan(1e-4); // or it was not kept so
});

test.each([
  ["f16", 5e-5],
  ["bf16", 5e-5],
  ["int8", 0.5], // a rounding of an activation that float32 decides otherwise is a step of 1/127
] as const)("in %s the fast engine agrees with the reference", async (dtype, bound) => {
  const [fast, plain] = [await trained(dtype), await trained(dtype, reference)];
  expect(largestDifference(forward(fast, ids.slice(0, 8)), forward(plain, ids.slice(0, 8)))).toBeLessThanOrEqual(bound);
});

test.each([
  ["f16", 5e-5],
  ["bf16", 5e-5],
  ["int8", 0.5],
] as const)("in %s a step behind a cache gives what a full pass gives", async (dtype, bound) => {
  const model = await trained(dtype);
  const full = forward(model, ids).row(ids.length - 1);
  const cache = new KVCache(model.config, engine);
  forward(model, ids.slice(0, -1), { cache });
  const step = forward(model, ids.slice(-1), { cache }).row(0);
  expect(largestDifference(step, full)).toBeLessThanOrEqual(bound);
  cache.dispose();
});

test.each([
  ["tiny-f16", "f16"],
  ["tiny-bf16", "bf16"],
] as const)("%s, written by Python's safetensors, is kept in %s byte by byte", async (fixture, dtype) => {
  const folder = `packages/gpt/test/fixtures/${fixture}`;
  const stored = await readTensors(memorySource(fixture, await readBytes(`${folder}/model.safetensors`)));
  for (const on of [engine, reference]) {
    const { parameters } = await loadModel(path(folder), { engine: on, dtype });
    const { wte, blocks } = parameters;
    for (const [name, weight] of [
      ["transformer.wte.weight", wte],
      ["transformer.h.0.mlp.c_fc.weight", blocks[0]!.mlp.cFc.weight],
    ] as const) {
      expect(weight.bytes).toBeGreaterThanOrEqual(2 * weight.toTensor().size);
      expect(weight.bytes).toBeLessThan(4 * weight.toTensor().size);
      expect(weight.toTensor().data).toEqual(stored.get(name)?.data);
    }
  }
});

test("a step reads half the bytes in f16 and bf16 and a quarter in int8, but for what stays float32", async () => {
  const perStep = async (dtype: WeightDtype) => weightBytesPerStep(await trained(dtype));
  const [f32, f16, bf16, int8] = [
    await perStep("f32"),
    await perStep("f16"),
    await perStep("bf16"),
    await perStep("int8"),
  ];
  // 6 layers x 12 C^2 and V C numbers of matrices; biases 9 C + C, layer norms 4 C a layer, 2 C at the end; scales 3 C + C + 4 C + C a layer, V
  const c = 192;
  const matrices = 6 * 12 * c * c + 4096 * c;
  const vectors = 4 * (6 * (9 * c + 4 * c) + 2 * c);
  const scales = 4 * (6 * 9 * c + 4096);
  expect([f32, f16, bf16, int8]).toEqual(
    [4, 2, 2, 1].map((size, i) => size * matrices + vectors + (i === 3 ? scales : 0)),
  );
  const whole = await trained("int8");
  expect(weightBytes(whole) - int8).toBe(4 * 512 * c); // wpe
});
