/** What a training run says: a line for a step, an evaluation and a sample, and the command that goes on. */
import type { StepReport } from "@tsgpt/train";
import { timeLeft } from "./pass-progress.ts";

/** What a line of a step needs besides its report. */
export interface StepContext {
  /** Of the whole run; an estimate if it is limited in time, infinite before its first step. */
  readonly steps: number;
  readonly secondsLeft: number;
  /** Bits per byte of a loss of one nat; undefined for batches without text. */
  readonly bitsPerByte: number | undefined;
}

/** `step 100/1000  loss 3.412  1.98 bits per byte  norm 0.81  rate 3.0e-3  2,431 tokens/s  5 min 2 s left` */
export function stepLine(report: StepReport, { steps, secondsLeft, bitsPerByte }: StepContext): string {
  const { step, loss, gradientNorm, learningRate, tokensPerSecond } = report;
  const parts = [
    `step ${step}/${steps}`,
    lossText(loss, bitsPerByte),
    `norm ${gradientNorm.toPrecision(3)}`,
    `rate ${learningRate.toExponential(1)}`,
    `${Math.round(tokensPerSecond).toLocaleString("en")} tokens/s`,
    ...(step < steps ? [`${timeLeft(secondsLeft)} left`] : []),
  ];
  return parts.join("  ");
}

/** `loss 3.412  1.98 bits per byte` */
function lossText(loss: number, bitsPerByte: number | undefined): string {
  const bits = bitsPerByte === undefined ? "" : `  ${(loss * bitsPerByte).toFixed(2)} bits per byte`;
  return `loss ${loss.toFixed(3)}${bits}`;
}

/** `step 100  validation loss 3.512  2.03 bits per byte` */
export function evaluationLine(step: number, loss: number, bitsPerByte: number): string {
  return `step ${step}  validation ${lossText(loss, bitsPerByte)}`;
}

/** A sample, indented; its line breaks are kept, other control characters shown. */
export function sampleLines(step: number, text: string): string {
  const safe = text.replaceAll(/(?!\n)\p{Cc}/gu, "\ufffd");
  return `step ${step}  sample:\n${safe.replaceAll(/^/gm, "  | ")}`;
}

/** `already at step 30; give --steps N for more`: why a run does not go on. */
export function alreadyLine(step: number, limit: "steps" | "epochs" | "minutes" | "batches"): string {
  const more = limit === "batches" ? "and --batches has no more" : `give --${limit} N for more`;
  return `already at step ${step}${limit === "batches" ? ", " : "; "}${more}`;
}

/** The command that continues a run, to be pasted into a shell. */
export function resumeCommand(output: string, needsStdin: boolean): string {
  const quoted = /^[\w./~+,:@%=-]+$/.test(output) ? output : `'${output.replaceAll("'", `'\\''`)}'`;
  return `tsgpt train ${needsStdin ? "- " : ""}--output ${quoted} --resume`;
}
