/** The gradient of every parameter, by name, against PyTorch in float64: each activation, tied and untied, odd sizes. */
import type { ReadTensor } from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine } from "@tsgpt/tensor";
import { createLearner, type Learner } from "@tsgpt/train";
import { afterAll, describe, expect, test } from "vitest";
import { loadTiny, referenceGradients, sequences, TINY } from "./fixtures.ts";

const ENGINES = [
  { engineName: "reference", engine: createReferenceEngine() },
  { engineName: "simd, 2 threads", engine: createSimdEngine({ threads: 2 }) },
];

/** Of the tensor's largest gradient. Activations are rounded to float32; the requirement is 1e-4 of the largest of all. */
const TOLERANCE = 5e-6;

describe.each(ENGINES)("$engineName", ({ engine }) => {
  afterAll(() => engine.dispose());

  test.each(TINY)("%s: the loss and all gradients", async (name) => {
    const learner = createLearner(await loadTiny(name, engine));
    const loss = learner.accumulate(await sequences());
    const expected = await referenceGradients(name);
    expect(loss).toBeCloseTo(expected.get("loss")?.data[0] as number, 5);
    expect(learner.parameters.map((parameter) => parameter.name).sort()).toEqual(
      [...expected.keys()].filter((key) => key !== "loss").sort(),
    );
    expect(differencesOf(learner, expected)).toEqual([]);
  });
});

/** What is too far apart, by name: in the unit of the tensor's largest gradient. */
function differencesOf(learner: Learner, expected: ReadonlyMap<string, ReadTensor>): string[] {
  return learner.parameters.flatMap(({ name, gradient }) => {
    const { data, shape } = expected.get(name) as ReadTensor;
    expect(gradient.shape).toEqual(shape);
    const largest = Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = gradient.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]!)), 0);
    return difference <= TOLERANCE * largest ? [] : [`${name}: ${difference / largest}`];
  });
}
