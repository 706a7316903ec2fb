import { memorySource } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { writeSafetensors } from "../../gpt/src/checkpoint/write-safetensors.ts";
import {
  checkpointOf,
  createAdamW,
  NotFiniteError,
  newProgress,
  openTrainingCheckpoint,
  type StepReport,
  type Training,
  type TrainOptions,
  train,
} from "../src/index.ts";
import { bigramLearner, formulaBatches, learned } from "./learned.ts";

const SCHEDULE = { name: "cosine", peak: 0.1, warmup: 2 } as const;

function training(batches = formulaBatches(), learner = bigramLearner()): Training {
  return { learner, batches, optimizer: createAdamW(learner.parameters), progress: newProgress() };
}

async function reports(run: Training, options: Partial<TrainOptions> & Pick<TrainOptions, "duration">) {
  const found: StepReport[] = [];
  for await (const report of train(run, { schedule: SCHEDULE, ...options })) found.push(report);
  return found;
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const lossesOf = (found: readonly StepReport[]) => found.map(({ loss }) => loss);

test("a report has exactly the step, loss, norm, learning rate, tokens so far, and tokens per second", async () => {
  let time = 0;
  const clock = () => (time += 250); // each step takes 250 ms
  const found = await reports(training(), {
    duration: { steps: 2 },
    now: clock,
    schedule: { ...SCHEDULE, name: "constant" },
  });
  expect(found).toEqual([
    {
      step: 1,
      loss: expect.any(Number),
      gradientNorm: expect.any(Number),
      learningRate: 0.05,
      tokens: 6,
      tokensPerSecond: 24,
    },
    {
      step: 2,
      loss: expect.any(Number),
      gradientNorm: expect.any(Number),
      learningRate: 0.1,
      tokens: 12,
      tokensPerSecond: 24,
    },
  ]);
});

test("the loss falls, and is the one before the update", async () => {
  const run = training();
  const first = bigramLearner().accumulate((await formulaBatches().next())!);
  const losses = lossesOf(await reports(run, { duration: { steps: 60 } }));
  expect(losses[0]).toBe(first);
  expect(losses.at(-1)).toBeLessThan(0.7 * first);
  expect(run.progress.losses).toEqual(losses);
});

test("accumulating two batches averages their losses and gradients", async () => {
  const [found] = await reports(training(), { duration: { steps: 1 }, accumulate: 2 });
  const learner = bigramLearner();
  const batches = formulaBatches();
  const both = [...(await batches.next())!, ...(await batches.next())!];
  expect(found!.loss).toBeCloseTo(learner.accumulate(both), 12);
  const norm = Math.sqrt(
    learner.parameters.flatMap(({ gradient }) => [...gradient.data]).reduce((sum, x) => sum + x * x, 0),
  );
  expect(found!.gradientNorm).toBeCloseTo(norm, 6);
  expect(found!.tokens).toBe(12);
});

test("the norm is reported before clipping, which changes the gradients", async () => {
  const run = training();
  const [found] = await reports(run, { duration: { steps: 1 }, clip: 0.01 });
  const [unclipped] = await reports(training(), { duration: { steps: 1 } });
  expect(found!.gradientNorm).toBe(unclipped!.gradientNorm);
  const squares = run.learner.parameters.flatMap(({ gradient }) => [...gradient.data]).map((x) => x * x);
  expect(Math.sqrt(squares.reduce((sum, x) => sum + x, 0))).toBeCloseTo(0.01, 6);
});

test("a run ends with its batches", async () => {
  expect(await reports(training(formulaBatches(3)), { duration: { steps: 10 } })).toHaveLength(3);
});

test("a run limited in time ends after it, and its schedule follows the steps it expects to make", async () => {
  let time = 0;
  const now = () => (time += 500);
  const found = await reports(training(), { duration: { seconds: 4 }, now });
  expect(found).toHaveLength(8); // 0.5 s each
  expect(found.map(({ learningRate }) => learningRate).at(-1)).toBeCloseTo(0.01, 12); // a tenth of the peak
});

test("a run limited in time warms up for its steps, or for a share of those that it expects to make", async () => {
  const rates = async (seconds: number) => {
    let time = 0;
    const now = () => (time += 500); // 0.5 s a step
    const schedule = { name: "constant", peak: 1, warmup: { steps: 4, share: 0.25 } } as const;
    const found = await reports(training(), { duration: { seconds }, now, schedule });
    return found.slice(0, 5).map(({ learningRate }) => learningRate);
  };
  expect(await rates(40)).toEqual([0.25, 0.5, 0.75, 1, 1]);
  expect(await rates(6)).toEqual([0.25, 2 / 3, 1, 1, 1]); // 12 steps: 3, which it knows after the first
});

test("an abort within a step ends the run, and gives the step's batches again when it continues", async () => {
  const whole = lossesOf(await reports(training(), { duration: { steps: 4 }, accumulate: 3 }));
  const learner = bigramLearner();
  const controller = new AbortController();
  let batches = 0;
  const stopping = {
    ...learner,
    accumulate: (...given: Parameters<typeof learner.accumulate>) => {
      if (++batches === 8) controller.abort(); // the second batch of step 3
      return learner.accumulate(...given);
    },
  };
  const run = training(formulaBatches(), stopping);
  await reports(run, { duration: { steps: 4 }, accumulate: 3, signal: controller.signal });
  expect([run.progress.step, run.batches.position()]).toEqual([2, { at: 6 }]);
  await reports(run, { duration: { steps: 4 }, accumulate: 3 });
  expect(run.progress.losses).toEqual(whole);
});

test("the learner is told of every update", async () => {
  const learner = bigramLearner();
  await reports(training(formulaBatches(), learner), { duration: { steps: 3 } });
  expect(learner.taken).toHaveLength(3);
});

test("a run continued from a checkpoint after any step has the losses of an undisturbed one, bit for bit", async () => {
  const whole = lossesOf(await reports(training(), { duration: { steps: 12 } }));
  for (const at of [0, 1, 5, 11]) {
    const first = training();
    const steps = train(first, { duration: { steps: 12 }, schedule: SCHEDULE });
    for (let step = 1; step <= at; step++) await steps.next(); // and no further: it pauses after step `at`
    const { tensors, metadata } = checkpointOf(first, { seed: 1 });
    const bytes = concatenated(writeSafetensors(tensors, metadata));
    const saved = await openTrainingCheckpoint(memorySource("checkpoint.safetensors", bytes));
    const second = training(formulaBatches(), bigramLearner(99));
    await saved.restore(second);
    expect([saved.step, saved.notes]).toEqual([at, { seed: 1 }]);
    await reports(second, { duration: { steps: 12 } });
    expect(second.progress.losses).toEqual(whole);
    expect(second.progress.tokens).toBe(72);
  }
});

test("a gradient that is not finite stops the run with its step and tensor, and changes nothing", async () => {
  const learner = bigramLearner();
  const wrong = {
    ...learner,
    accumulate: (...given: Parameters<typeof learner.accumulate>) => {
      const loss = learner.accumulate(...given);
      if (learner.taken.length === 2) learner.parameters[1]!.gradient.data[3] = Number.NaN;
      return loss;
    },
  };
  const run = training(formulaBatches(), wrong);
  const error = await reports(run, { duration: { steps: 5 } }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NotFiniteError);
  expect((error as NotFiniteError).message).toBe(
    "step 3: the gradient of ln_f.bias has NaN; a lower learning rate, a longer warmup or clipping may prevent it",
  );
  expect(error).toMatchObject({ step: 3, tensor: "ln_f.bias" });
  expect(run.progress.step).toBe(2);
});

test("an update that overflows stops the run with the tensor", async () => {
  const run = training();
  const found = reports(run, { duration: { steps: 3 }, schedule: { name: "constant", peak: 1e300, warmup: 0 } });
  await expect(found).rejects.toThrow(/^step 1: tensor wte\.weight has a value of -?(Infinity|NaN);/);
});

test("a loss that is not finite, of finite parameters, is reported as such", async () => {
  const wrong = { ...bigramLearner(), accumulate: () => Number.POSITIVE_INFINITY };
  await expect(reports(training(formulaBatches(), wrong), { duration: { steps: 1 } })).rejects.toThrow(
    "step 1: the loss is Infinity;",
  );
});

test("a norm that overflows float64 does not, and one of infinite gradients names the tensor", async () => {
  const wrong = { ...bigramLearner() };
  const run = training(formulaBatches(), {
    ...wrong,
    accumulate: () => {
      wrong.parameters[0]!.gradient.data.fill(Number.POSITIVE_INFINITY);
      return 1;
    },
  });
  await expect(reports(run, { duration: { steps: 1 } })).rejects.toThrow(
    "step 1: the gradient of wte.weight has Infinity;",
  );
});

test.each([
  ["another file", { tensors: [], metadata: {} }, "is not a checkpoint of a training run"],
  [
    "another version",
    { tensors: [], metadata: { "tsgpt.training": '{"version":2}' } },
    "is a checkpoint of version 2; this program reads 1",
  ],
])("%s is refused", async (_, { tensors, metadata }, message) => {
  const source = memorySource("x.safetensors", concatenated(writeSafetensors(tensors, metadata)));
  await expect(openTrainingCheckpoint(source)).rejects.toThrow(`x.safetensors: ${message}`);
});

test("a checkpoint of another model is refused before anything is overwritten", async () => {
  const { tensors, metadata } = checkpointOf(training(), {});
  const bytes = concatenated(writeSafetensors(tensors, metadata));
  const saved = await openTrainingCheckpoint(memorySource("x.safetensors", bytes));
  const own = bigramLearner();
  const parameters = [...own.parameters, learned("wpe.weight", [2, 2], [1, 2, 3, 4])];
  const other = training(formulaBatches(), { ...own, parameters });
  await expect(saved.restore(other)).rejects.toThrow(
    'x.safetensors: tensor "wpe.weight" is missing: it is of another model or optimizer',
  );
  const wide = { ...own, parameters: [learned("wte.weight", [5, 6], new Array(30).fill(1)), own.parameters[1]!] };
  await expect(saved.restore(training(formulaBatches(), wide))).rejects.toThrow(
    'x.safetensors: tensor "wte.weight" is F32 [5, 5], the run needs F32 [5, 6]',
  );
});
