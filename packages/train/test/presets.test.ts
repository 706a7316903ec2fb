import { presetConfig, randomModel } from "@tsgpt/gpt";
import { createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { configOf, createLearner, fineTuning, presetNames, trainingPreset, warmupFor } from "../src/index.ts";

test.each(presetNames)("%s: its context fits, its warmup ends, and its heads divide its width", (name) => {
  const { shape, context, warmup, steps, every } = trainingPreset(name);
  expect(context).toBeLessThanOrEqual(shape.nPositions);
  expect(warmup).toBeLessThan(steps);
  expect(every).toBeLessThan(steps);
  expect(shape.nEmbd % shape.nHead).toBe(0);
});

test.each(presetNames)("%s: the warmup of its own steps is its own", (name) => {
  expect(warmupFor(trainingPreset(name), trainingPreset(name).steps)).toBe(trainingPreset(name).warmup);
});

test.each([
  [1, 1],
  [40, 4],
  [499, 49],
  [500, 50],
  [5000, 50],
])("the warmup of %i steps is at most a tenth of them, at least 1, and at most the preset's: %i", (steps, warmup) => {
  expect(warmupFor(trainingPreset("tiny"), steps)).toBe(warmup);
});

test("gpt2 is the published config", () => {
  expect(configOf(trainingPreset("gpt2"), 50257, 50256)).toEqual(presetConfig("gpt2"));
});

test("a new tiny model has 0.28 million parameters, and a loss near ln of its vocabulary", async () => {
  const preset = trainingPreset("tiny");
  const config = configOf(preset, preset.vocabSize, undefined);
  const learner = createLearner(await randomModel("tiny", config, createReferenceEngine()));
  // 4 blocks of 12 C^2 + 13 C, embeddings of (1024 + 256) C, the last layer norm of 2 C; C = 64
  expect(learner.parameters.reduce((sum, { value }) => sum + value.size, 0)).toBe(4 * (49_152 + 832) + 81_920 + 128);
  expect(Math.abs(learner.accumulate([[1, 500, 1000]]) - Math.log(1024))).toBeLessThan(0.2);
});

test("fine-tuning takes the model's context, but at most 256", () => {
  expect(fineTuning(presetConfig("gpt2")).context).toBe(256);
  expect(fineTuning({ ...presetConfig("gpt2"), nPositions: 24 }).context).toBe(24);
});
