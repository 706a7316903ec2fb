/**
 * The learning rate over a run: a linear warmup to the peak, then a cosine, a line, or none, down to a tenth of the
 * peak at the last step (Hoffmann et al. 2022, arXiv 2203.15556, appendix B; nanoGPT's get_lr).
 */
import { type Checks, checkOptions, oneOf, required } from "@tsgpt/numeric";

/** The names of the schedules. */
export const SCHEDULES = ["cosine", "linear", "constant"] as const;

/** How the learning rate falls after the warmup. */
export type ScheduleName = (typeof SCHEDULES)[number];

/** A run's learning rates. */
export interface Schedule {
  readonly name: ScheduleName;
  /** The highest learning rate, reached at step `warmup`. */
  readonly peak: number;
  /** Steps of the warmup; 0 for none. */
  readonly warmup: number;
}

export const scheduleChecks: Checks<Schedule> = {
  name: required(oneOf(...SCHEDULES)),
  peak: required("number"),
  warmup: required("number"),
};

/** The share of the peak that is left at the last step. */
const FLOOR = 0.1;

/**
 * The learning rate of `step`, from 1, in a run of `steps`: peak step / warmup up to the warmup's end; from there down
 * to peak / 10 at step `steps`, along a half cosine or a line; constant stays at the peak.
 * @throws RangeError for an invalid schedule
 */
export function learningRateAt(step: number, steps: number, schedule: Schedule): number {
  checkOptions("learningRateAt", schedule, scheduleChecks);
  const { name, peak, warmup } = schedule;
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
