/** tsgpt train: trains a model on a text, from nothing or from another model, and writes a folder that loads. */
import type { Model } from "@tsgpt/gpt";
import { listTree } from "@tsgpt/gpt/training";
import type { Engine, Weight } from "@tsgpt/tensor";
import { createAdamW, createLearner, createMuon, type Learner, newProgress, type Training } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { makeEngine } from "../model/make-engine.ts";
import { flagName } from "../options/chain-flags.ts";
import { type TrainFlags, trainingOptions } from "../options/training.ts";
import { errorMessage } from "../terminal/error-message.ts";
import { termination } from "../terminal/interruption.ts";
import { note } from "../terminal/note.ts";
import { resumeCommand } from "../terminal/train-report.ts";
import { checkLog } from "../train/check-log.ts";
import { durationOf, fileData, textData, validationData } from "../train/data.ts";
import { defaultsTable } from "../train/defaults-table.ts";
import { finish, isFinished } from "../train/finish.ts";
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
import { openLog, recordsOf } from "../train/log-file.ts";
import { addLogged, type Notes, notesOf, overLine, type Run, runTraining } from "../train/run.ts";
import { checkNewFolder, createRunFolder, mendModel, type OpenRun, openRun } from "../train/run-folder.ts";
import { unlockRun } from "../train/run-lock.ts";
import { startOf, startOfRun } from "../train/start.ts";
import { textSource } from "../train/texts.ts";

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
the default of --warmup is at most a tenth of the run, and at least 1.

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
    await goOn(run);
  } finally {
    await run.data.close();
    await unlockRun(flags.output);
  }
}

/** Trains what is left, if only the end of a run that was killed there; or says that nothing is. */
async function goOn(prepared: Run): Promise<void> {
  const { request, training } = prepared;
  const { step } = training.progress;
  const path = request.flags.log;
  const logged = path === undefined ? [] : await recordsOf(path, step);
  addLogged(prepared, logged);
  const over = overLine(prepared);
  if (over !== undefined && (await isFinished(prepared, logged))) {
    process.stderr.write(`${over}\n`);
    return;
  }
  const log = path === undefined ? undefined : await openLog(path, step);
  const run = { ...prepared, log };
  try {
    await runTraining(run, logged);
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
  await checkLog(request, folder, signal);
  const engine = await makeEngine(flags);
  const start = notes ? await startOfRun(folder, request, engine, signal) : await startOf(request, engine, signal);
  const settings = settingsOf(flags, start.defaults);
  const { model, documents } = start;
  const data = documents
    ? await textData(documents, model, settings, signal)
    : await fileData(flags.batches as string, model.config);
  try {
    const run = await assemble({ request, folder, settings, data, signal }, model, saved);
    if (!saved) await createRunFolder(folder, start.files, run.training, notesOf(run));
    if (start.note !== undefined) note(start.note);
    return run;
  } catch (error) {
    await data.close();
    throw error;
  }
}

type Prepared = Pick<Run, "request" | "folder" | "settings" | "data" | "signal">;

/** The learner and its optimizer, before the first step or as they were saved. */
async function assemble(prepared: Prepared, model: Model, saved: OpenRun | undefined): Promise<Run> {
  const { request, folder, data, signal } = prepared;
  const { validation: file, recompute } = request.flags;
  const validation = file === undefined ? undefined : await validationData(file, model, prepared.settings, signal);
  const learner = createLearner(model, { recompute });
  for (const weight of listTree<Weight>(model.parameters)) model.engine.free(weight); // the learner has its own
  const optimizer = optimizerOf(learner, model.engine, prepared.settings);
  const training = { learner, optimizer, batches: data.batches, progress: newProgress() };
  if (saved) await restore(saved, folder, training);
  const duration = durationOf(request.flags, data, prepared.settings, training.progress);
  const settings = warmedUp(prepared.settings, request.flags, duration);
  const needsStdin = request.texts.some((source) => "stdin" in source);
  return {
    ...prepared,
    settings,
    training,
    validation,
    duration,
    began: { ...training.progress },
    resume: resumeCommand(folder, needsStdin),
    evaluations: [...((saved?.notes as Notes | undefined)?.evaluations ?? [])],
    log: undefined,
    savedStep: training.progress.step,
  };
}

/** @throws CliError for other data than the run began with; CheckpointError for a damaged checkpoint */
async function restore(saved: OpenRun, folder: string, training: Training): Promise<void> {
  await saved.restore(training).catch((cause: Error) => {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(`the data are not those that the run began with: ${errorMessage(cause)}`, 1);
  });
  await mendModel(folder, training.learner);
}

function optimizerOf({ parameters }: Learner, engine: Engine, { optimizer, weightDecay }: Settings) {
  switch (optimizer) {
    case "adamw":
      return createAdamW(parameters, { weightDecay });
    case "muon":
      return createMuon(parameters, engine, { weightDecay });
  }
}
