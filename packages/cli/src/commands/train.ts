/** tsgpt train: trains a model on a text, from nothing or from another model, and writes a folder that loads. */
import { join } from "node:path";
import type { Model } from "@tsgpt/gpt";
import { listTree } from "@tsgpt/gpt/training";
import { peakBytes } from "@tsgpt/measure/node";
import type { Engine, Weight } from "@tsgpt/tensor";
import { createAdamW, createLearner, createMuon, type Learner, newProgress } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { makeEngine } from "../model/make-engine.ts";
import { flagName } from "../options/chain-flags.ts";
import { type TrainFlags, trainingOptions } from "../options/training.ts";
import { checkOwnInput } from "../output/own-input.ts";
import { checkWritable, writeText } from "../output/write-text.ts";
import { errorMessage } from "../terminal/error-message.ts";
import { formatBytes } from "../terminal/format-bytes.ts";
import { interruptedCode, termination } from "../terminal/interruption.ts";
import { lossCurve } from "../terminal/loss-curve.ts";
import { note } from "../terminal/note.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";
import { resumeCommand } from "../terminal/train-report.ts";
import { durationOf, fileData, textData, validationData } from "../train/data.ts";
import { defaultsTable } from "../train/defaults-table.ts";
import {
  checkRequest,
  FIXED,
  type Request,
  requestOf,
  resumedRequest,
  type Settings,
  settingsOf,
  warmedUp,
} from "../train/flags.ts";
import { openLog } from "../train/log-file.ts";
import { lossSvg } from "../train/loss-svg.ts";
import { type Notes, notesOf, overLine, type Run, runTraining } from "../train/run.ts";
import { checkNewFolder, createRunFolder, type OpenRun, openRun } from "../train/run-folder.ts";
import { unlockRun } from "../train/run-lock.ts";
import { startOf, startOfRun } from "../train/start.ts";
import { textSource } from "../train/texts.ts";

const CURVE = "loss.svg";
const CURVE_WIDTH = 70;
const CURVE_HEIGHT = 8;

export const train = command({
  name: "train",
  summary: "train a model on a text, or fine-tune one",
  arguments: [["[text...]", "files with the text (name or @name), - for standard input, or a text with a space in it"]],
  options: trainingOptions,
  help: `Examples:
  $ tsgpt train story.txt --output story
  $ tsgpt generate --model story
  $ tsgpt train story.txt --output story --resume
  $ tsgpt train tales.txt --validation other-tales.txt --preset small --minutes 60 --output tales
  $ tsgpt train poems.txt --from gpt2 --epochs 3 --output poet
  $ tsgpt train --from story --batches batches.safetensors --log steps.jsonl --output compared

Documents are the parts between <|endoftext|>. A new model gets a tokenizer that is trained on the text. Defaults of the
options, by preset and for --from:

${defaultsTable()}

AdamW has betas 0.9 and 0.95 and epsilon 1e-8; every parameter of two dimensions decays, embeddings included, biases and
layer norms do not. Muon takes the learning rate and the decay of AdamW: an update is orthogonalized and scaled by
0.2 sqrt(max(rows, columns)); all but the matrices of blocks is AdamW's. --clip c scales all gradients by
min(1, c / (norm + 1e-6)). The learning rate rises to its peak in --warmup steps, then falls to a tenth of it;
the default of --warmup is at most a tenth of --steps or --epochs, and at least 1.

A line for a step is written at each tenth of the run; without a terminal on stderr also every ten seconds.

--log: {"step", "loss", "gradientNorm", "learningRate", "tokens", "tokensPerSecond"} for each step: the mean loss before
the update, in nats; the norm before clipping; tokens so far. Other objects have no "loss": {"step", "validationLoss",
"validationBitsPerByte"}, {"step", "sample"} and at the end {"step", "peakBytes"}: the most memory that the process had
at once, Node itself included.

The folder has config.json, model.safetensors and tokenizer.json, which transformers loads too, loss.svg, and
checkpoint.safetensors, from which --resume continues: with the losses of a run that was never interrupted, bit for bit.
While a run goes on, train.lock keeps other processes from training in its folder.
Ctrl-C, SIGTERM and SIGHUP save, with exit code 130, 143 and 129. The losses of a run with --minutes depend on
the speed of the machine, those of others on the options alone.

--resume takes all other options from the checkpoint. What a run began with stays:
${FIXED.map(flagName).join(", ")}.
All others can be given anew, --batch-size and --accumulate too.`,
  action: trainCommand,
});

/**
 * Runs the command; after Ctrl-C the exit code is 130, after SIGTERM 143, after SIGHUP 129.
 * @throws CliError for flags that contradict each other, a folder that is not empty, or what cannot be written; what
 * reading texts and models throws
 */
async function trainCommand(typed: readonly string[] = [], flags: TrainFlags): Promise<void> {
  const { signal } = termination();
  const given = requestOf(typed.map(textSource), flags);
  const run = flags.resume ? await resumed(given, flags.output, signal) : await begun(given, flags.output, signal);
  try {
    const over = overLine(run);
    if (over === undefined) await runAndFinish(run);
    else process.stderr.write(`${over}\n`);
  } finally {
    await run.data.close();
    await unlockRun(flags.output);
  }
}

async function runAndFinish(prepared: Run): Promise<void> {
  const { request, training } = prepared;
  const path = request.flags.log;
  const log = path === undefined ? undefined : await openLog(path, training.progress.step);
  const run = { ...prepared, log };
  try {
    await runTraining(run);
    await finish(run);
  } finally {
    log?.close();
  }
}

async function begun(given: Request, folder: string, signal: AbortSignal): Promise<Run> {
  await checkNewFolder(folder);
  return prepare(given, folder, undefined, signal);
}

async function resumed(given: Request, folder: string, signal: AbortSignal): Promise<Run> {
  const saved = await openRun(folder);
  try {
    return await prepare(given, folder, saved, signal);
  } catch (error) {
    await unlockRun(folder);
    throw error;
  } finally {
    await saved.close();
  }
}

/** Loads all that a run needs, and creates its folder or restores its checkpoint. */
async function prepare(given: Request, folder: string, saved: OpenRun | undefined, signal: AbortSignal): Promise<Run> {
  const notes = saved?.notes as Notes | undefined;
  const request = notes ? resumedRequest(notes.request, notes.settings, given) : given;
  const { flags } = request;
  checkRequest(request);
  await checkLog(request);
  const engine = await makeEngine(flags);
  const start = notes ? await startOfRun(folder, request, engine, signal) : await startOf(request, engine, signal);
  const settings = settingsOf(flags, start.defaults);
  const { model, documents } = start;
  const data = documents
    ? await textData(documents, model, settings, signal)
    : await fileData(flags.batches as string, model.config, settings.accumulate);
  try {
    const run = await assemble({ request, folder, settings, data, signal }, model);
    if (saved && notes) {
      await restore(saved, run);
      run.evaluations.push(...notes.evaluations);
    } else await createRunFolder(folder, start.files, run.training, notesOf(run));
    if (start.note !== undefined) note(start.note);
    return { ...run, savedStep: run.training.progress.step };
  } catch (error) {
    await data.close();
    throw error;
  }
}

type Prepared = Pick<Run, "request" | "folder" | "settings" | "data" | "signal">;

/** The learner and its optimizer, before the first step. */
async function assemble(prepared: Prepared, model: Model): Promise<Run> {
  const { request, folder, data, signal } = prepared;
  const { validation: file, recompute } = request.flags;
  const validation = file === undefined ? undefined : await validationData(file, model, prepared.settings, signal);
  const duration = durationOf(request.flags, data, prepared.settings);
  const settings = warmedUp(prepared.settings, request.flags, duration);
  const learner = createLearner(model, { recompute });
  for (const weight of listTree<Weight>(model.parameters)) model.engine.free(weight); // the learner has its own
  const optimizer = optimizerOf(learner, model.engine, settings);
  const training = { learner, optimizer, batches: data.batches, progress: newProgress() };
  const needsStdin = request.texts.some((source) => "stdin" in source);
  const resume = resumeCommand(folder, needsStdin);
  return {
    ...prepared,
    settings,
    training,
    validation,
    duration,
    resume,
    evaluations: [],
    log: undefined,
    savedStep: 0,
  };
}

/** @throws CliError for other data than the run began with; CheckpointError for a damaged checkpoint */
async function restore(saved: OpenRun, { training }: Run): Promise<void> {
  await saved.restore(training).catch((cause: Error) => {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(`the data are not those that the run began with: ${errorMessage(cause)}`, 1);
  });
}

function optimizerOf({ parameters }: Learner, engine: Engine, { optimizer, weightDecay }: Settings) {
  switch (optimizer) {
    case "adamw":
      return createAdamW(parameters, { weightDecay });
    case "muon":
      return createMuon(parameters, engine, { weightDecay });
  }
}

/** @throws CliError for a log that is one of the files that are read, or that cannot be written */
async function checkLog({ texts, flags }: Request): Promise<void> {
  const { log, tokenizer, batches, validation } = flags;
  if (log === undefined) return;
  const files = texts.flatMap((source) => ("file" in source ? [source.file] : []));
  const others = [tokenizer, batches, validation].filter((path) => path !== undefined);
  await checkOwnInput(
    "--log",
    log,
    [...files, ...others].map((path) => [path, JSON.stringify(path)]),
  );
  await checkWritable(log, { devices: true });
}

/** The curves, and what was written or how to go on. */
async function finish({ training, folder, evaluations, signal, resume, log }: Run): Promise<void> {
  const { losses, step } = training.progress;
  process.stdout.write(lossCurve(losses, CURVE_WIDTH, CURVE_HEIGHT));
  if (losses.length > 0) await writeText(join(folder, CURVE), lossSvg(`Loss of ${folder}`, losses, evaluations));
  const peak = peakBytes();
  log?.write({ step, peakBytes: peak });
  process.stderr.write(`peak memory ${formatBytes(peak)}\n`);
  if (signal.aborted) {
    process.exitCode = interruptedCode();
    process.stderr.write(`stopped after step ${step}, which is saved; continue with: ${resume}\n`);
    return;
  }
  await reportWritten(folder, `a model after ${pluralize(step, "step")}`);
}
