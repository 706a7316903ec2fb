import { createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { tinyConfig } from "./tiny-model.ts";

const engine = createReferenceEngine();

function deviationOf(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, x) => sum + x ** 2, 0) / data.length);
}

test("weights are near N(0, 0.02)", async () => {
  const config = { ...tinyConfig, vocabSize: 5000 };
  const { parameters } = await randomModel("random", config, engine, 1);
  const { data } = parameters.wte.toTensor(); // 60,000 numbers: the mean's own deviation is 0.02 / 245 = 8e-5
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  expect(Math.abs(mean)).toBeLessThan(4e-4);
  expect(deviationOf(data)).toBeCloseTo(0.02, 3);
});

test("what is added to the residual stream is smaller, by sqrt(2 L)", async () => {
  const config = { ...tinyConfig, nLayer: 2, nHead: 4, nEmbd: 128, nInner: 512 };
  const { blocks } = (await randomModel("random", config, engine, 1)).parameters;
  const { attn, mlp } = blocks[1]!;
  // 128 x 128 numbers: the deviation's own deviation is 0.02 / 2 / sqrt(2 x 16384) = 5.5e-5
  expect(deviationOf(attn.cProj.weight.toTensor().data)).toBeCloseTo(0.01, 3);
  expect(deviationOf(mlp.cProj.weight.toTensor().data)).toBeCloseTo(0.01, 3);
  expect(deviationOf(attn.cAttn.weight.toTensor().data)).toBeCloseTo(0.02, 3);
  expect(deviationOf(mlp.cFc.weight.toTensor().data)).toBeCloseTo(0.02, 3);
});

test("layer norms begin as the identity and biases as 0", async () => {
  const { parameters } = await randomModel("random", tinyConfig, engine, 1);
  expect([...parameters.lnF.weight.data]).toEqual(Array(12).fill(1));
  expect([...parameters.blocks[0]!.attn.cProj.bias.data]).toEqual(Array(12).fill(0));
});

test("a seed gives the same model again, another seed another", async () => {
  const [first, again, other] = await Promise.all([3, 3, 4].map((seed) => randomModel("r", tinyConfig, engine, seed)));
  expect(again!.parameters.wpe.toTensor().data).toEqual(first!.parameters.wpe.toTensor().data);
  expect(other!.parameters.wpe.toTensor().data).not.toEqual(first!.parameters.wpe.toTensor().data);
});

test("an untied head has weights of its own", async () => {
  const { parameters } = await randomModel("r", { ...tinyConfig, tieWordEmbeddings: false }, engine, 1);
  expect(parameters.lmHead.toTensor().data).not.toEqual(parameters.wte.toTensor().data);
});

test("a seed that is no 32-bit whole number is refused", async () => {
  await expect(randomModel("r", tinyConfig, engine, -1)).rejects.toThrow(
    "randomModel: seed must be a whole number from 0 to 2^32 - 1, got -1",
  );
});
