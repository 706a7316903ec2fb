/** Runs the steps of a training, and between them evaluates, samples, saves and reports. */
import type { Model } from "@tsgpt/gpt";
import { type Duration, evaluate, NotFiniteError, type Progress, stepsOf, type Training, train } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { linePace } from "../terminal/line-pace.ts";
import { type ProgressLine, progressLine } from "../terminal/progress-line.ts";
import { alreadyLine, evaluationLine, sampleLines, stepLine } from "../terminal/train-report.ts";
import { stepsLeft, type TrainingData, type ValidationData } from "./data.ts";
import type { Request, Settings } from "./flags.ts";
import type { LogFile, LogRecord } from "./log-file.ts";
import type { Evaluation } from "./loss-svg.ts";
import { saveRun } from "./run-folder.ts";
import { sampleText } from "./sample-text.ts";

/** A run that is ready to begin or to continue. */
export interface Run {
  readonly folder: string;
  readonly request: Request;
  readonly settings: Settings;
  readonly training: Training;
  readonly data: TrainingData;
  readonly validation: ValidationData | undefined;
  readonly duration: Duration;
  readonly evaluations: Evaluation[];
  readonly log: LogFile | undefined;
  readonly signal: AbortSignal;
  /** Where this process began. */
  readonly began: Reached;
  /** The command that continues it. */
  readonly resume: string;
  /** The step of the last checkpoint. */
  savedStep: number;
}

/** What a checkpoint keeps for the command line. */
export interface Notes {
  readonly request: Request;
  readonly settings: Settings;
  readonly evaluations: readonly Evaluation[];
}

export function notesOf({ request, settings, evaluations }: Notes): Notes {
  return { request, settings, evaluations };
}

/** What to say instead of training where a run is at its end already, or past it. */
export function overLine(run: Run): string | undefined {
  const { step } = run.training.progress;
  if (areDataUsed(run)) return alreadyLine(step, "batches");
  if (!isLast(run)) return undefined;
  const { epochs, minutes } = run.request.flags;
  return alreadyLine(step, epochs !== undefined ? "epochs" : minutes !== undefined ? "minutes" : "steps");
}

type Say = (text: string) => void;

/** What is due between two steps. */
interface Due {
  readonly evaluation: boolean;
  readonly sample: boolean;
}

/** What is due at the step that the run is at. */
function dueAt(run: Run): Due {
  const { settings, training, validation } = run;
  const { step } = training.progress;
  const isDue = (every: number) => step > 0 && every > 0 && (step % every === 0 || isLast(run));
  return {
    evaluation: validation !== undefined && isDue(settings.evalEvery),
    sample: canSample(training.learner.model) && isDue(settings.sampleEvery),
  };
}

/** Takes over what was evaluated, and logged, after the checkpoint was written. */
export function addLogged({ evaluations, training }: Run, logged: readonly LogRecord[]): void {
  const isKnown = evaluations.some(([step]) => step === training.progress.step);
  for (const record of isKnown ? [] : logged)
    if ("validationLoss" in record) evaluations.push([record.step, record.validationLoss]);
}

/** What an interruption left undone at the step that was saved, by the checkpoint and what the log has of it. */
export function lateAt(run: Run, logged: readonly LogRecord[]): Due {
  const { evaluation, sample } = dueAt(run);
  const isEvaluated = run.evaluations.some(([step]) => step === run.training.progress.step);
  const isSampled = logged.length === 0 || logged.some((record) => "sample" in record);
  return { evaluation: evaluation && !isEvaluated, sample: sample && !isSampled };
}

/**
 * Does what is late, and trains to the end, or until Ctrl-C; either way the last step is saved.
 * @throws CliError, with a checkpoint kept
 */
export async function runTraining(run: Run, logged: readonly LogRecord[]): Promise<void> {
  const line = progressLine(process.stderr);
  const say: Say = (text) => {
    line.clear();
    process.stdout.write(`${text}\n`);
  };
  try {
    const late = lateAt(run, logged);
    await betweenSteps(run, late, say);
    if (late.evaluation) await save(run); // its loss
    if (!run.signal.aborted) await takeSteps(run, line, say);
    if (run.savedStep !== run.training.progress.step) await save(run);
  } catch (error) {
    throw explained(error, run);
  } finally {
    line.clear();
  }
}

async function takeSteps(run: Run, line: ProgressLine, say: Say): Promise<void> {
  const { training, settings, duration, signal } = run;
  const isLineDue = linePace(!process.stderr.isTTY);
  const { schedule: name, learningRate: peak, warmup, accumulate, clip } = settings;
  const schedule = { name, peak, warmup };
  for await (const report of train(training, { duration, schedule, accumulate, clip, signal })) {
    run.log?.write(report);
    line.show(() => stepLine(report, contextOf(run)));
    if (isLineDue(shareOf(run))) say(stepLine(report, contextOf(run)));
    await betweenSteps(run, dueAt(run), say);
    if (report.step % settings.saveEvery === 0) await save(run);
    if (signal.aborted) break;
  }
}

/** The evaluation and the sample after a step; Ctrl-C ends them. */
async function betweenSteps(run: Run, due: Due, say: Say): Promise<void> {
  const { settings, training, validation, signal } = run;
  const { step } = training.progress;
  if (validation && due.evaluation) {
    const { windows, bitsPerByte } = validation;
    const loss = await evaluate(training.learner.model, windows, { signal }).catch(ignoreAbort(signal));
    if (loss === undefined) return;
    run.evaluations.push([step, loss]);
    run.log?.write({ step, validationLoss: loss, validationBitsPerByte: loss * bitsPerByte });
    say(evaluationLine(step, loss, bitsPerByte));
  }
  if (!due.sample) return;
  const sample = await sampleText(training.learner.model, settings.seed, signal);
  if (sample === undefined || signal.aborted) return;
  run.log?.write({ step, sample });
  say(sampleLines(step, sample));
}

/** Whether sampleText gives a text. */
function canSample({ tokenizer, config }: Model): boolean {
  return tokenizer !== undefined && config.nPositions > 1;
}

function ignoreAbort(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}

/** The part of the run that is done, 1 at its end. */
function shareOf({ training, duration }: Run): number {
  const { step, seconds } = training.progress;
  return Math.min(1, "steps" in duration ? step / duration.steps : seconds / duration.seconds);
}

function isLast(run: Run): boolean {
  return shareOf(run) === 1 || areDataUsed(run);
}

function areDataUsed({ data, settings, training }: Run): boolean {
  return stepsLeft(data, settings, training.progress) === 0;
}

function contextOf({ training, began, duration, data: { bitsPerByte } }: Run) {
  const { progress } = training;
  return { steps: stepsOf(progress, duration), secondsLeft: secondsLeft(progress, began, duration), bitsPerByte };
}

type Reached = Pick<Progress, "step" | "seconds">;

/** At the pace since this process began: the steps before may be of another machine, or of a busy one. */
export function secondsLeft(now: Reached, began: Reached, duration: Duration): number {
  if ("seconds" in duration) return Math.max(0, duration.seconds - now.seconds);
  return ((now.seconds - began.seconds) / (now.step - began.step)) * (duration.steps - now.step);
}

async function save(run: Run): Promise<void> {
  const { folder, training } = run;
  try {
    await saveRun(folder, training, notesOf(run));
  } catch (cause) {
    throw new CliError(`cannot write ${JSON.stringify(folder)}: ${(cause as Error).message}`, 1);
  }
  run.savedStep = training.progress.step;
}

/** The error with what is kept, and how to go on. */
function explained(error: unknown, { savedStep, resume }: Run): unknown {
  const kept = `the checkpoint of step ${savedStep} is kept`;
  if (error instanceof NotFiniteError)
    return new CliError(`${error.message}; ${kept}: ${resume} --learning-rate ...`, 1);
  if (error instanceof CliError) return new CliError(`${error.message}; ${kept}, and continues with: ${resume}`, 1);
  return error;
}
