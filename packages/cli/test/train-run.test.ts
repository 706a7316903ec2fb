/** A run that is interrupted between two steps: what the log of an undisturbed one has is made up for when it goes on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer, presetConfig, randomModel, type Tokenizer } from "@tsgpt/gpt";
import { createEngine } from "@tsgpt/tensor";
import {
  consecutiveWindows,
  createAdamW,
  createLearner,
  newProgress,
  type TokenIds,
  trainTokenizer,
  windowBatches,
} from "@tsgpt/train";
import { beforeAll, expect, test, vi } from "vitest";
import { openLog, recordsOf } from "../src/train/log-file.ts";
import { addLogged, lateAt, type Notes, notesOf, type Run, runTraining } from "../src/train/run.ts";
import { createRunFolder, openRun } from "../src/train/run-folder.ts";
import { captured } from "./captured.ts";
import { emptyFolder } from "./process.ts";

const IDS = Uint16Array.from({ length: 65 }, (_, i) => (i * i) % 250);
const FLAGS = { kernels: "auto" } as const;

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = loadTokenizer((await trainTokenizer(["the fox and the wolf"], { vocabSize: 260 })).json);
});

/** A run of four steps, with an evaluation and a sample after every second. */
async function newRun(folder: string, signal: AbortSignal, windows: readonly TokenIds[]): Promise<Run> {
  const shape = { nLayer: 1, nHead: 1, nEmbd: 8, nInner: 32, nPositions: 16, vocabSize: tokenizer.vocabSize };
  const engine = await createEngine({ threads: 1 });
  const config = { ...presetConfig("gpt2"), ...shape, bosTokenId: undefined, eosTokenId: undefined };
  const model = { ...(await randomModel("random", config, engine, 1, { dtype: "f32" })), tokenizer };
  const learner = createLearner(model);
  const sizes = { context: 8, batchSize: 2, accumulate: 1, steps: 4, learningRate: 0.01, warmup: 1, every: 2 };
  const every = { evalEvery: 2, sampleEvery: 2, saveEvery: 100 };
  const batches = windowBatches(IDS, { context: 8, batchSize: 2 });
  return {
    folder,
    signal,
    request: { flags: FLAGS, texts: [] },
    settings: { ...sizes, ...every, schedule: "cosine", weightDecay: 0.1, clip: 1, seed: 1, optimizer: "adamw" },
    training: { learner, optimizer: createAdamW(learner.parameters), batches, progress: newProgress() },
    data: { batches, count: undefined, bitsPerByte: 0.5, close: async () => {} },
    validation: { windows, bitsPerByte: 0.5 },
    duration: { steps: 4 },
    evaluations: [],
    log: undefined,
    began: { step: 0, seconds: 0 },
    resume: "",
    savedStep: 0,
  };
}

const windowsOf = () => consecutiveWindows(IDS, 8);

/** Begins a run, or goes on as the command does, until its end or the abort. */
async function go(folder: string, signal = new AbortController().signal, windows = windowsOf()): Promise<Run> {
  const run = await newRun(folder, signal, windows);
  const saved = await openRun(folder).catch(() => undefined);
  if (saved) {
    await saved.restore(run.training);
    await saved.close();
    run.evaluations.push(...(saved.notes as Notes).evaluations);
    run.savedStep = run.training.progress.step;
  } else await createRunFolder(folder, new Map(), run.training, notesOf(run));
  const { step } = run.training.progress;
  const path = join(folder, "log.jsonl");
  const logged = await recordsOf(path, step);
  addLogged(run, logged);
  const log = await openLog(path, step);
  await captured(() => runTraining({ ...run, log }, logged));
  log.close();
  return run;
}

function logOf(folder: string) {
  const lines = readFileSync(join(folder, "log.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => ({ ...JSON.parse(line), tokensPerSecond: undefined }));
}

/** Windows that a Ctrl-C comes between, in the evaluation of this number. */
function interruptedAt(evaluation: number, controller: AbortController): TokenIds[] {
  const windows = windowsOf();
  let count = 0;
  const iterator = function* () {
    yield windows.at(0) as TokenIds;
    if (++count === evaluation) controller.abort();
    for (let i = 1; i < windows.length; i++) yield windows[i] as TokenIds;
  };
  return Object.assign([...windows], { [Symbol.iterator]: iterator });
}

test.each([1, 2])("Ctrl-C during evaluation %i loses neither it nor the sample after it", async (evaluation) => {
  const [whole, parts] = [emptyFolder(), emptyFolder()];
  const undisturbed = await go(whole);
  const controller = new AbortController();
  const stopped = await go(parts, controller.signal, interruptedAt(evaluation, controller));
  expect([stopped.training.progress.step, stopped.evaluations.length]).toEqual([2 * evaluation, evaluation - 1]);
  const resumed = await go(parts);
  expect(logOf(parts)).toEqual(logOf(whole));
  expect(logOf(parts)).toHaveLength(8); // 4 steps, 2 evaluations, 2 samples
  expect(resumed.evaluations).toEqual(undisturbed.evaluations);
  const saved = await openRun(parts);
  await saved.close();
  expect((saved.notes as Notes).evaluations).toEqual(undisturbed.evaluations);
});

test("Ctrl-C during a sample loses only that, and the resumed run writes it first", async () => {
  const [whole, parts] = [emptyFolder(), emptyFolder()];
  await go(whole);
  const controller = new AbortController();
  const encode = vi.spyOn(tokenizer, "encode").mockImplementationOnce(() => {
    controller.abort(); // as the sample's prompt is made
    return [1];
  });
  const stopped = await go(parts, controller.signal);
  encode.mockRestore();
  expect([stopped.training.progress.step, stopped.evaluations.length]).toEqual([2, 1]);
  expect(logOf(parts).at(-1)).toHaveProperty("validationLoss");
  await go(parts);
  expect(logOf(parts)).toEqual(logOf(whole));
});

test("an evaluation that was logged after the last checkpoint is taken over, not done again", async () => {
  const folder = emptyFolder();
  const run = await newRun(folder, new AbortController().signal, windowsOf());
  Object.assign(run.training.progress, { step: 2 });
  const logged = [{ step: 2, validationLoss: 3, validationBitsPerByte: 1.5 }];
  expect(lateAt(run, logged)).toEqual({ evaluation: true, sample: true });
  addLogged(run, logged);
  expect(run.evaluations).toEqual([[2, 3]]);
  expect(lateAt(run, logged)).toEqual({ evaluation: false, sample: true });
  addLogged(run, logged);
  expect(run.evaluations).toHaveLength(1);
});

test("nothing is late before the first step, between two that are due, or for a sample without a log", async () => {
  const run = await newRun(emptyFolder(), new AbortController().signal, windowsOf());
  expect(lateAt(run, [])).toEqual({ evaluation: false, sample: false });
  Object.assign(run.training.progress, { step: 1 });
  expect(lateAt(run, [])).toEqual({ evaluation: false, sample: false });
  Object.assign(run.training.progress, { step: 2 });
  expect(lateAt(run, [])).toEqual({ evaluation: true, sample: false });
});

test("a log has the records of a step that were kept in it, and a device has none", async () => {
  const path = join(emptyFolder(), "log.jsonl");
  writeFileSync(path, '{"step":1}\n{"step":2}\n{"step":2,"sample":"x"}\n{"step":2,"sam');
  expect(await recordsOf(path, 2)).toEqual([{ step: 2 }, { step: 2, sample: "x" }]);
  expect(await recordsOf(path, 3)).toEqual([]);
  expect(await recordsOf("/dev/null", 0)).toEqual([]);
});
