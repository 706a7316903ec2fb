/** Whole runs: held against a training loop in PyTorch (tools/reference/make_training_fixtures.py), and against themselves. */
import { createEngine, createReferenceEngine, type Engine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import {
  consecutiveWindows,
  createAdamW,
  createLearner,
  createMuon,
  evaluate,
  newProgress,
  openBatchesFile,
  type StepReport,
  type Training,
  type TrainOptions,
  train,
} from "../src/index.ts";
import { fixtureSource, loadTiny, readJson } from "./fixtures.ts";

interface Reference {
  readonly options: { learningRate: number; warmup: number; schedule: "cosine"; weightDecay: number; clip: number };
  readonly steps: readonly Pick<StepReport, "loss" | "gradientNorm" | "learningRate">[];
}
const reference = await readJson<Reference>("training/losses.json");
const { learningRate: peak, warmup, schedule: name, weightDecay, clip } = reference.options;

async function tinyTraining(engine: Engine, optimizer: "adamw" | "muon", recompute = false): Promise<Training> {
  const learner = createLearner(await loadTiny("tiny-tied", engine), { recompute });
  const { vocabSize, nPositions } = learner.config;
  return {
    learner,
    optimizer:
      optimizer === "adamw"
        ? createAdamW(learner.parameters, { weightDecay })
        : createMuon(learner.parameters, engine, { weightDecay }),
    batches: await openBatchesFile(await fixtureSource("training/batches.safetensors"), { vocabSize, nPositions }),
    progress: newProgress(),
  };
}

async function reports(run: Training, options: Partial<TrainOptions> = {}): Promise<StepReport[]> {
  const found: StepReport[] = [];
  const schedule = { name, peak, warmup };
  for await (const report of train(run, { duration: { steps: 100 }, schedule, clip, ...options })) found.push(report);
  return found;
}

const engines: [string, () => Promise<Engine>][] = [
  ["reference", async () => createReferenceEngine()],
  ["simd", () => createEngine({ kernels: "simd", threads: 1 })],
];

describe.each(engines)("on %s", (_, make) => {
  test("ten losses are within 1e-4 of PyTorch's, a hundred within 1e-3, with norms and learning rates", async () => {
    const engine = await make();
    const run = train(await tinyTraining(engine, "adamw"), {
      duration: { steps: 100 },
      schedule: { name, peak, warmup },
      clip,
    });
    const found: StepReport[] = [];
    for await (const report of run) if (found.push(report) === 20 && engine.kernelSet === "reference" && !FULL) break;
    expect(found.length).toBeGreaterThanOrEqual(20);
    const differences = found.map(({ loss }, i) => Math.abs(loss - reference.steps[i]!.loss));
    expect(Math.max(...differences.slice(0, 10))).toBeLessThan(1e-4);
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    for (const [i, { gradientNorm, learningRate }] of found.entries()) {
      expect(Math.abs(gradientNorm / reference.steps[i]!.gradientNorm - 1)).toBeLessThan(1e-3);
      expect(learningRate).toBeCloseTo(reference.steps[i]!.learningRate, 12);
    }
    if (found.length === 100) expect(found.at(-1)!.loss).toBeLessThan(found[0]!.loss - 0.7); // it learned something
    engine.dispose();
  });
});

test.each(["adamw", "muon"] as const)(
  "the losses of %s are the same bits on one and on two threads",
  async (optimizer) => {
    const runs: number[][] = [];
    for (const threads of [1, 2]) {
      const engine = await createEngine({ kernels: "simd", threads });
      const found = await reports(await tinyTraining(engine, optimizer), { duration: { steps: 4 } });
      runs.push(found.map(({ loss, gradientNorm }) => loss + 1e3 * gradientNorm));
      engine.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
  },
);

test("the losses with recompute are the same bits", async () => {
  const found = await Promise.all(
    [false, true].map(async (recompute) => {
      const run = await tinyTraining(createReferenceEngine(), "adamw", recompute);
      return (await reports(run, { duration: { steps: 3 } })).map(({ loss }) => loss);
    }),
  );
  expect(found[1]).toEqual(found[0]);
});

test("evaluate is the mean loss over all tokens but the first, and ends when it is aborted", async () => {
  const model = await loadTiny("tiny-tied", createReferenceEngine());
  const ids = Uint16Array.from({ length: 30 }, (_, i) => (7 * i * i) % 61);
  const windows = consecutiveWindows(ids, 12);
  const learner = createLearner(model);
  const losses = windows.map((window) => learner.accumulate([window]) * (window.length - 1));
  expect(await evaluate(model, windows)).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 29, 5);
  await expect(evaluate(model, windows, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  await expect(evaluate(model, [])).rejects.toThrow("evaluate: there are no windows; give one or more");
});
