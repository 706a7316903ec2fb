/**
 * The training loop: gradients of a batch, their norm, clipping, a learning rate, an update. It is a generator of one
 * report per step and pauses at each, which is when its caller evaluates, samples, saves, or stops. It knows nothing of
 * files and terminals.
 */
import { yieldToEventLoop } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, objectWith, required } from "@tsgpt/numeric";
import { checkCount, checkPositive } from "./check-range.ts";
import { clipGradients, gradientNorm } from "./clip.ts";
import type { BatchSource } from "./data/batch-source.ts";
import type { Learner } from "./learner.ts";
import { checkFinite, checkValues } from "./not-finite.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { checkSchedule, learningRateAt, type Schedule } from "./schedule.ts";

/** A run so far. */
export interface Progress {
  /** Steps that are done. */
  step: number;
  /** Positions that were trained on, summed over all steps. */
  tokens: number;
  /** Time spent in steps. */
  seconds: number;
  /** The loss of each step. */
  readonly losses: number[];
}

/** All that a run changes, and a checkpoint holds. */
export interface Training {
  readonly learner: Learner;
  readonly optimizer: Optimizer;
  readonly batches: BatchSource;
  readonly progress: Progress;
}

/** How long a run takes: steps, or seconds spent in steps. */
export type Duration = { readonly steps: number } | { readonly seconds: number };

/** How a run proceeds. */
export interface TrainOptions {
  readonly duration: Duration;
  readonly schedule: Schedule;
  /** Batches per update, whose gradients are averaged; 1 by default. */
  readonly accumulate?: number | undefined;
  /** The largest norm of all gradients together, above 0; by default they are not clipped. */
  readonly clip?: number | undefined;
  /** Ends the run after a batch; the batches of a step that is not complete are given again when it continues. */
  readonly signal?: AbortSignal | undefined;
  /** A clock in milliseconds; `performance.now` by default. */
  readonly now?: (() => number) | undefined;
}

const CHECKS: Checks<TrainOptions> = {
  duration: required(objectWith<Duration>("an object with steps or seconds") as never),
  schedule: required(objectWith<Schedule>("a schedule", "name", "peak", "warmup")),
  accumulate: "number",
  clip: "number",
  signal: abortSignal,
  now: "function",
};

/** @throws RangeError for an invalid option */
function checkTrainOptions(options: TrainOptions): void {
  checkOptions("train", options, CHECKS);
  const { duration, schedule, accumulate, clip } = options;
  checkDuration(duration);
  checkSchedule("train: schedule", schedule);
  if (accumulate !== undefined) checkCount("train", "accumulate", accumulate);
  if (clip !== undefined) checkPositive("train", "clip", clip); // 0 would erase the gradients
}

function checkDuration(duration: Duration): void {
  if ("steps" in duration === "seconds" in duration)
    throw new RangeError("train: duration must have either steps or seconds, and not both");
  if ("steps" in duration) checkCount("train", "duration.steps", duration.steps);
  else checkPositive("train", "duration.seconds", duration.seconds);
}

/** A step of a run, as it is logged. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  /** Before the update; the mean over all positions of the step, in nats. */
  readonly loss: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Positions so far, this step's included. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
}

/** The progress of a run that has not begun. */
export function newProgress(): Progress {
  return { step: 0, tokens: 0, seconds: 0, losses: [] };
}

/**
 * Trains from where `training` is, in place, up to the end of the duration or of the batches.
 * @throws NotFiniteError, before anything is changed by what is not finite; RangeError for an invalid option
 */
export async function* train(training: Training, options: TrainOptions): AsyncGenerator<StepReport, void> {
  checkTrainOptions(options);
  const { accumulate = 1, clip, duration, schedule, signal, now = () => performance.now() } = options;
  const { progress } = training;
  while (!isOver(progress, duration)) {
    const start = now();
    const step = progress.step + 1;
    const gradients = await accumulated(training, accumulate, signal);
    if (!gradients) return;
    const learningRate = learningRateAt(step, stepsOf(progress, duration), schedule);
    const norm = update(training, { step, loss: gradients.loss, learningRate, clip });
    const seconds = (now() - start) / 1000;
    progress.step = step;
    progress.tokens += gradients.tokens;
    progress.seconds += seconds;
    progress.losses.push(gradients.loss);
    yield {
      step,
      loss: gradients.loss,
      gradientNorm: norm,
      learningRate,
      tokens: progress.tokens,
      tokensPerSecond: gradients.tokens / seconds,
    };
  }
}

function isOver({ step, seconds }: Progress, duration: Duration): boolean {
  return "steps" in duration ? step >= duration.steps : seconds >= duration.seconds;
}

/** The steps of the whole run; of one limited in time, as many as it makes at the speed so far. */
export function stepsOf({ step, seconds }: Progress, duration: Duration): number {
  if ("steps" in duration) return duration.steps;
  return step === 0 ? Number.POSITIVE_INFINITY : Math.max(step + 1, Math.round((step * duration.seconds) / seconds));
}

/** The mean loss of the next batches, their gradients in the learner; undefined at their end, or after an abort. */
async function accumulated({ learner, batches }: Training, count: number, signal: AbortSignal | undefined) {
  const position = batches.position();
  learner.clearGradients();
  let loss = 0;
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    const sequences = await batches.next();
    if (!sequences) return undefined;
    loss += learner.accumulate(sequences, 1 / count) / count;
    for (const { length } of sequences) tokens += length - 1;
    await yieldToEventLoop();
    if (!signal?.aborted) continue;
    batches.restore(position);
    return undefined;
  }
  return { loss, tokens };
}

interface Update {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly clip: number | undefined;
}

/** Clips, updates all parameters, and returns the norm of the gradients before clipping. */
function update({ learner, optimizer }: Training, { step, loss, learningRate, clip }: Update): number {
  const { parameters } = learner;
  const norm = gradientNorm(parameters);
  checkFinite(step, loss, norm, parameters);
  if (clip !== undefined) clipGradients(parameters, norm, clip);
  optimizer.update(step, learningRate);
  checkValues(step, parameters);
  learner.changed();
  return norm;
}
