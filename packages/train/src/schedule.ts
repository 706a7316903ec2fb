/**
 * The learning rate over a run: a linear warmup to the peak, then a cosine, a line, or none, down to a tenth of the
 * peak at the last step (Hoffmann et al. 2022, arXiv 2203.15556, appendix B; nanoGPT's get_lr).
 */
import { type Checks, checkOptions, type Kind, oneOf, required } from "@tsgpt/numeric";
import { checkCount, checkPositive } from "./check-range.ts";

/** The names of the schedules. */
export const SCHEDULES = ["cosine", "linear", "constant"] as const;

/** How the learning rate falls after the warmup. */
export type ScheduleName = (typeof SCHEDULES)[number];

/** A warmup that is shorter in a short run. */
export interface Warmup {
  readonly steps: number;
  /** The part of the run's steps that it takes at most: above 0, up to 1. */
  readonly share: number;
}

/** A run's learning rates. */
export interface Schedule {
  readonly name: ScheduleName;
  /** The highest learning rate, reached at the end of the warmup. */
  readonly peak: number;
  /** Steps of the warmup; 0 for none. */
  readonly warmup: number | Warmup;
}

const warmupKind: Kind<number | Warmup> = {
  rule: "a number of steps, or an object with steps and share",
  holds: (value) =>
    typeof value === "number" || (typeof value === "object" && value !== null && "steps" in value && "share" in value),
};

const CHECKS: Checks<Schedule> = {
  name: required(oneOf(...SCHEDULES)),
  peak: required("number"),
  warmup: required(warmupKind),
};

/** @throws RangeError for an invalid schedule */
export function checkSchedule(by: string, schedule: Schedule): void {
  checkOptions(by, schedule, CHECKS);
  checkPositive(by, "peak", schedule.peak);
  if (typeof schedule.warmup === "number") checkCount(by, "warmup", schedule.warmup, 0);
  else checkWarmup(by, schedule.warmup);
}

function checkWarmup(by: string, { steps, share }: Warmup): void {
  checkCount(by, "warmup.steps", steps, 0);
  checkPositive(by, "warmup.share", share);
  if (share > 1) throw new RangeError(`${by}: warmup.share must be at most 1, got ${share}`);
}

/** The share of the peak that is left at the last step. */
const FLOOR = 0.1;

/**
 * The learning rate of `step`, from 1, in a run of `steps`, Infinity where they are not known: peak step / warmup up to
 * the warmup's end; from there down to peak / 10 at step `steps`, along a half cosine or a line; constant stays at the
 * peak.
 * @throws RangeError for an invalid schedule, or a step or steps that are no count
 */
export function learningRateAt(step: number, steps: number, schedule: Schedule): number {
  checkSchedule("learningRateAt", schedule);
  checkCount("learningRateAt", "step", step);
  if (steps !== Number.POSITIVE_INFINITY) checkCount("learningRateAt", "steps", steps);
  const { name, peak } = schedule;
  const warmup = warmupSteps(schedule, steps);
  if (step < warmup) return (peak * step) / warmup;
  const share = steps > warmup ? Math.min(1, (step - warmup) / (steps - warmup)) : 1;
  switch (name) {
    case "constant":
      return peak;
    case "linear":
      return peak * (1 - (1 - FLOOR) * share);
    case "cosine":
      return peak * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * share)));
  }
}

function warmupSteps({ warmup }: Schedule, steps: number): number {
  return typeof warmup === "number" ? warmup : Math.min(warmup.steps, warmup.share * steps);
}
