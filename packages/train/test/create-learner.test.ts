/** A learner: finite differences, accumulation, recomputation, learning, and what it refuses. */
import {
  ContextOverflowError,
  crossEntropy,
  type GPT2Config,
  generate,
  type Model,
  presetConfig,
  randomModel,
} from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine, type Engine, EngineError } from "@tsgpt/tensor";
import { createLearner, type LearnedParameter, type Learner } from "@tsgpt/train";
import { describe, expect, test } from "vitest";

/** Odd in every size, so that no two are confused. */
const CONFIG: GPT2Config = {
  ...presetConfig("gpt2"),
  vocabSize: 17,
  nPositions: 9,
  nEmbd: 6,
  nHead: 2,
  nLayer: 2,
  nInner: 11,
};
const UNTIED = { ...CONFIG, tieWordEmbeddings: false };
const TEXTS = [
  [1, 5, 2, 5, 16],
  [3, 3],
  [0, 9, 8, 7, 6, 5, 4, 3, 2],
];

const modelOf = (config: GPT2Config, engine: Engine = createReferenceEngine()) =>
  randomModel("random", config, engine, 7);

/** Weights of 0.02 hide every term but the largest: times 20, and biases and layer norms that are not 0 and 1. */
async function learnerOf(config: GPT2Config, engine?: Engine, recompute = false): Promise<Learner> {
  const learner = createLearner(await modelOf(config, engine), { recompute });
  for (const [i, { value }] of learner.parameters.entries()) {
    for (let j = 0; j < value.size; j++) {
      const { shape, data } = value;
      data[j] = shape.length === 2 ? 20 * data[j]! : data[j]! + 0.3 * Math.sin(3 * i + j);
    }
  }
  learner.changed();
  return learner;
}

const copies = ({ parameters }: Learner) => parameters.map(({ gradient }) => gradient.data.slice());

describe.each([
  ["tied", CONFIG],
  ["untied", UNTIED],
] as const)("%s", (_, config) => {
  test("each gradient is the slope of the loss: (loss(p + h) - loss(p - h)) / 2h, along one direction a parameter", async () => {
    const learner = await learnerOf(config);
    learner.accumulate(TEXTS);
    for (const [i, parameter] of learner.parameters.entries()) {
      const direction = parameter.value.data.map((_, j) => Math.sin(7 * i + 1.3 * j));
      const slope = parameter.gradient.data.reduce((sum, g, j) => sum + g * direction[j]!, 0);
      const measured = slopeAlong(learner, parameter, direction);
      expect(measured, parameter.name).toBeCloseTo(slope, 3);
      expect(Math.abs(measured / slope - 1), parameter.name).toBeLessThan(0.01); // slopes go down to 0.005
    }
  });
});

/** By central differences: the error is of order h^2, and the loss's float32 roundings, 1e-7 over h. */
function slopeAlong(learner: Learner, { value }: LearnedParameter, direction: Float32Array): number {
  const h = 1 / 512;
  const before = value.data.slice();
  const lossAt = (step: number) => {
    for (let j = 0; j < before.length; j++) value.data[j] = before[j]! + step * direction[j]!;
    learner.changed();
    return meanLoss(learner.model);
  };
  const slope = (lossAt(h) - lossAt(-h)) / (2 * h);
  lossAt(0);
  return slope;
}

/** By the forward pass alone. */
function meanLoss(model: Model): number {
  const losses = TEXTS.flatMap((ids) => crossEntropy(model, ids).perPosition);
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

test("the loss is the forward pass's mean over all positions, not over the sequences' means", async () => {
  const learner = await learnerOf(CONFIG);
  expect(learner.accumulate(TEXTS)).toBeCloseTo(meanLoss(learner.model), 5);
});

test("accumulating k batches, each with weight 1 / k, equals one batch k times as large", async () => {
  const texts = TEXTS.map((ids) => [...ids, ...ids, ...ids].slice(0, 6));
  const [whole, parts] = [await learnerOf(CONFIG), await learnerOf(CONFIG)];
  const loss = whole.accumulate(texts);
  const losses = texts.map((ids) => parts.accumulate([ids], 1 / texts.length));
  expect(losses.reduce((sum, each) => sum + each / texts.length, 0)).toBeCloseTo(loss, 6);
  for (const [i, { name, gradient }] of whole.parameters.entries()) {
    const part = parts.parameters[i]!.gradient;
    expect(part.allClose(gradient, { atol: 1e-7, rtol: 1e-5 }), name).toBe(true);
  }
});

test("clearGradients sets them to 0; a second pass then gives the bits of the first", async () => {
  const learner = await learnerOf(CONFIG);
  learner.accumulate(TEXTS);
  const first = copies(learner);
  learner.clearGradients();
  expect(copies(learner).every((data) => data.every((value) => value === 0))).toBe(true);
  learner.accumulate(TEXTS);
  for (const [i, data] of copies(learner).entries()) expect(data).toHaveBits(first[i]!);
});

test.each([
  ["reference", createReferenceEngine],
  ["simd, 1 thread", () => createSimdEngine({ threads: 1 })],
  ["simd, 2 threads", () => createSimdEngine({ threads: 2 })],
] as const)("%s: recompute changes no bit, also with a scale for each layer", async (_, create) => {
  const config = { ...UNTIED, scaleAttnByInverseLayerIdx: true };
  const [engine, other] = [create(), create()];
  const [kept, recomputed] = [await learnerOf(config, engine), await learnerOf(config, other, true)];
  expect(recomputed.accumulate(TEXTS)).toBe(kept.accumulate(TEXTS));
  for (const [i, data] of copies(recomputed).entries()) expect(data).toHaveBits(copies(kept)[i]!);
  expect(other.arenaBytes).toBeLessThan(engine.arenaBytes);
  for (const each of [engine, other]) each.dispose();
});

test("one batch is overfitted below 0.01 by Adam in 150 steps, and is then what the model writes", async () => {
  const learner = createLearner(await modelOf(CONFIG));
  const text = [1, 5, 2, 7, 16, 3, 9, 0];
  const step = adam(learner.parameters, 0.02);
  let loss = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 150; i++) {
    learner.clearGradients();
    loss = learner.accumulate([text]);
    step();
    learner.changed();
  }
  expect(loss).toBeLessThan(0.01);
  const written: number[] = [];
  const greedy = (logits: Float32Array) => logits.indexOf(Math.max(...logits));
  for await (const { id } of generate(learner.model, [1], { sample: greedy, maxTokens: 6 })) written.push(id);
  expect(written).toEqual(text.slice(1, 7));
});

/** Kingma and Ba 2014, arXiv 1412.6980, with betas 0.9 and 0.99. */
function adam(parameters: readonly LearnedParameter[], learningRate: number): () => void {
  const moments = parameters.map(({ value }) => [new Float64Array(value.size), new Float64Array(value.size)] as const);
  let t = 0;
  return () => {
    t++;
    for (const [i, { value, gradient }] of parameters.entries()) {
      const [m, v] = moments[i]!;
      for (let j = 0; j < value.size; j++) {
        const g = gradient.data[j]!;
        m[j] = 0.9 * m[j]! + 0.1 * g;
        v[j] = 0.99 * v[j]! + 0.01 * g * g;
        value.data[j]! -= (learningRate * (m[j]! / (1 - 0.9 ** t))) / (Math.sqrt(v[j]! / (1 - 0.99 ** t)) + 1e-8);
      }
    }
  };
}

test("the model that it begins with does not change", async () => {
  const model = await modelOf(CONFIG);
  const before = model.parameters.wte.toTensor().data.slice();
  const learner = createLearner(model);
  learner.parameters[0]!.value.data.fill(1);
  learner.changed();
  expect(model.parameters.wte.toTensor().data).toHaveBits(before);
  expect(learner.model.parameters.wte.row(0).data).toEqual(new Float32Array(6).fill(1));
});

test("the parameters are named as in transformers, in the order of the pass, a tied head once", async () => {
  const names = (learner: Learner) => learner.parameters.map(({ name }) => name);
  const [tied, untied] = [names(await learnerOf(CONFIG)), names(await learnerOf(UNTIED))];
  expect(tied.slice(0, 4)).toEqual([
    "transformer.wte.weight",
    "transformer.wpe.weight",
    "transformer.h.0.ln_1.weight",
    "transformer.h.0.ln_1.bias",
  ]);
  expect(tied.at(-1)).toBe("transformer.ln_f.bias");
  expect(untied).toEqual([...tied, "lm_head.weight"]);
});

describe("refused, with nothing computed", () => {
  test.each([
    [[], "accumulate: the sequences must be a list of one or more lists of ids, got an empty list"],
    [undefined, "accumulate: the sequences must be a list of one or more lists of ids, got nothing"],
    [[[1, 2], 3], "accumulate: sequence 1: ids must be a list of token ids, got the number 3"],
    [[[1, 2], [4]], "accumulate: sequence 1: needs 2 ids or more, an input and its target; got 1"],
    [[[1, 17]], "accumulate: sequence 0: id 17 at position 1 is not in the vocabulary: 0 to 16"],
    [[[1, -1]], "accumulate: sequence 0: id -1 at position 1 is not in the vocabulary: 0 to 16"],
    [[[0.5, 1]], "accumulate: sequence 0: id 0.5 at position 0 is not in the vocabulary: 0 to 16"],
  ])("sequences %j", async (sequences, message) => {
    const learner = await learnerOf(CONFIG);
    expect(() => learner.accumulate(sequences as number[][])).toThrow(new RangeError(message));
    expect(copies(learner).every((data) => data.every((value) => value === 0))).toBe(true);
  });

  test("a sequence longer than the context; nPositions + 1 ids are nPositions inputs", async () => {
    const learner = await learnerOf(CONFIG);
    expect(learner.accumulate([new Array(10).fill(1)])).toBeGreaterThan(0);
    expect(() => learner.accumulate([[1, 2], new Array(11).fill(1)])).toThrow(ContextOverflowError);
  });

  test("a weight that is no number", async () => {
    const learner = await learnerOf(CONFIG);
    const message = "accumulate: weight must be a finite number, got the number NaN";
    expect(() => learner.accumulate(TEXTS, Number.NaN)).toThrow(new RangeError(message));
  });

  test("an engine that was disposed", async () => {
    const engine = createReferenceEngine();
    const learner = await learnerOf(CONFIG, engine);
    engine.dispose();
    expect(() => learner.accumulate(TEXTS)).toThrow(EngineError);
  });

  test("what is no model, and an unknown option", async () => {
    expect(() => createLearner({} as Model)).toThrow(/createLearner: the first argument must be a model/);
    const model = await modelOf(CONFIG);
    expect(() => createLearner(model, { recompute: 1 as never })).toThrow(/createLearner: option "recompute" must be/);
    expect(() => createLearner(model, { keep: true } as never)).toThrow(/createLearner: .*keep/);
  });
});
