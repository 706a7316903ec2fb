import { expect, test } from "vitest";
import {
  beamSearch,
  contrastiveSearch,
  crossEntropy,
  forward,
  forwardBatch,
  forwardByLayer,
  generate,
  generateBatch,
  generateSamples,
  generateSpeculatively,
  type Model,
  promptLookup,
  softmaxDistribution,
} from "../src/index.ts";
import { tinyModel } from "./tiny-model.ts";

const sample = () => 3;
const speculative = { distribution: softmaxDistribution, uniform: () => 0, proposer: promptLookup() };

const CALLS: Record<string, (model: Model) => unknown> = {
  generate: (model) => generate(model, [3], { sample }),
  generateBatch: (model) => generateBatch(model, [[3]], { sampleFor: () => sample }),
  generateSamples: (model) => generateSamples(model, [3], { count: 1, sampleFor: () => sample }),
  generateSpeculatively: (model) => generateSpeculatively(model, [3], speculative),
  beamSearch: (model) => beamSearch(model, [3], { beams: 2 }),
  contrastiveSearch: (model) => contrastiveSearch(model, [3]),
  forward: (model) => forward(model, [3]),
  forwardBatch: (model) => forwardBatch(model, [{ ids: [3] }]),
  forwardByLayer: (model) => forwardByLayer(model, [{ ids: [3] }]),
  crossEntropy: (model) => crossEntropy(model, [3, 4]),
};

const refusal = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each(Object.entries(CALLS))(
  "%s says what is no model, and that a promise of one has to be awaited",
  async (by, call) => {
    const rule = `${by}: the first argument must be a model, as loadModel gives it`;
    const withModel = (model: unknown) => refusal(() => call(model as Model));
    expect(await withModel(undefined)).toEqual(new RangeError(`${rule}, got nothing`));
    expect(await withModel("gpt2")).toEqual(new RangeError(`${rule}, got the string "gpt2"`));
    expect(await withModel(Promise.resolve(tinyModel()))).toEqual(new RangeError(`${rule}, got a Promise; await it`));
  },
);

test.each([
  [undefined, "got nothing"],
  ["one", 'got the string "one"'],
  [7, "got the number 7"],
])("forward of ids %j", (ids, got) => {
  expect(() => forward(tinyModel(), ids as never)).toThrow(
    new RangeError(`forward: ids must be a list of token ids, ${got}`),
  );
});

test("forwardBatch and generateBatch without a list", () => {
  expect(() => forwardBatch(tinyModel(), undefined as never)).toThrow(
    new RangeError("forwardBatch: the sequences must be a list, got nothing"),
  );
  expect(() => generateBatch(tinyModel(), "one" as never, { sampleFor: () => sample })).toThrow(
    new RangeError('generateBatch: the prompts must be a list, got the string "one"'),
  );
});
