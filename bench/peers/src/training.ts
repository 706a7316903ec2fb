/**
 * npm run training -- [--python PROGRAM] [--threads N] [--rounds N] [--steps N] [--quick]: training steps of the
 * bundled model's shape in float32, ours and PyTorch's, in turns, and what share of the machine's multiply-adds they
 * are. Writes bench/results/training.md and training.json. PyTorch is optional: without it ours is measured alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describeMachine, machine } from "@tsgpt/measure/node";
import { UsageError } from "./options.ts";
import { parseTrainingOptions, TRAINING_USAGE, type TrainingOptions } from "./training/options.ts";
import { trainingReport } from "./training/report.ts";
import { ADAMW, COMPARED_STEPS, CONFIG } from "./training/shape.ts";
import { type Assignment, largestLossDifference, startTrainer, type Trainer } from "./training/trainer.ts";

const REST_MILLISECONDS = 200; // longer than a pool of threads spins
const TOLERANCE = 1e-4; // of losses, relative: float32 sums in another order
const SOURCES = import.meta.url.replace("/dist/src/", "/src/"); // where the Python program is
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Milliseconds of each turn of a trainer, and the limit of each round. */
export interface Measured {
  readonly names: readonly string[];
  readonly descriptions: readonly string[];
  readonly milliseconds: readonly (readonly number[])[];
  readonly flopsPerSecond: readonly number[];
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseTrainingOptions(args);
    if (options) await compare(options);
    else process.stdout.write(TRAINING_USAGE);
    return 0;
  } catch (error) {
    const hint = error instanceof UsageError ? "npm run training -- --help lists the options\n" : "";
    process.stderr.write(`error: ${(error as Error).message}\n${hint}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function compare(options: TrainingOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-training-"));
  const trainers: Trainer[] = [];
  try {
    await startAll(trainers, join(folder, "start.safetensors"), options);
    await checkLosses(trainers);
    await report(await runRounds(trainers, options), options);
  } finally {
    for (const trainer of trainers) trainer.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Ours first: it writes the file. */
async function startAll(trainers: Trainer[], path: string, { threads, sizes: { b, t }, python }: TrainingOptions) {
  const { nHead: heads, layerNormEpsilon: epsilon } = CONFIG;
  const assignment: Assignment = { path, threads, b, t, heads, epsilon, adamw: ADAMW };
  const ours = fileURLToPath(new URL(`./training/tsgpt-trainer.${EXTENSION}`, import.meta.url));
  trainers.push(await startTrainer("tsgpt", process.execPath, [...process.execArgv, ours], assignment));
  const theirs = fileURLToPath(new URL("./training/pytorch_trainer.py", SOURCES));
  try {
    trainers.push(await startTrainer("PyTorch", python ?? "python3", [theirs], assignment));
  } catch (error) {
    if (python !== undefined) throw error;
    const reason = (error as Error).message.trim().split("\n").at(-1);
    progress(`PyTorch is not measured (${reason}); --python names a Python that has it`);
  }
}

/** @throws Error unless all trainers have the same losses over the first steps */
async function checkLosses(trainers: readonly Trainer[]): Promise<void> {
  const losses: (readonly number[])[] = [];
  for (const trainer of trainers) {
    progress(`${trainer.description}: ${COMPARED_STEPS} steps that are compared`);
    losses.push((await trainer.ask({ want: "train", steps: COMPARED_STEPS })).losses ?? []);
  }
  const difference = largestLossDifference(losses);
  if (!(difference <= TOLERANCE)) {
    throw new Error(`the trainers do not compute the same: losses differ by up to ${difference}, relative`);
  }
}

/** Every trainer in turn; who begins alternates, and the first round is not counted. */
async function runRounds(
  trainers: readonly Trainer[],
  { rounds, sizes: { steps } }: TrainingOptions,
): Promise<Measured> {
  const milliseconds = trainers.map((): number[] => []);
  const flopsPerSecond: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < trainers.length; turn++) {
      const at = (round + turn) % trainers.length;
      const trainer = trainers[at] as Trainer;
      progress(`${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}: ${trainer.name}`);
      await sleep(REST_MILLISECONDS);
      const { milliseconds: time = Number.NaN } = await trainer.ask({ want: "train", steps });
      if (round > 0) milliseconds[at]?.push(time);
      if (round > 0 && at === 0)
        flopsPerSecond.push((await trainer.ask({ want: "limit" })).flopsPerSecond ?? Number.NaN);
    }
  }
  const names = trainers.map(({ name }) => name);
  return { names, descriptions: trainers.map(({ description }) => description), milliseconds, flopsPerSecond };
}

async function report(measured: Measured, options: TrainingOptions): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const { text, results } = trainingReport(measured, options, `${describeMachine(machine())}; ${date}`);
  process.stdout.write(text);
  if (options.quick) return;
  const folder = new URL("../../results/", SOURCES); // bench/results, from bench/peers/src
  await writeFile(new URL("training.md", folder), text);
  await writeFile(new URL("training.json", folder), `${JSON.stringify({ machine: machine(), date, ...results })}\n`);
  progress(`written: ${fileURLToPath(folder)}training.md and training.json`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
