/** What training.ts measured, as data and as Markdown. */
import { median } from "../report.ts";
import type { Measured } from "../training.ts";
import type { TrainingOptions } from "./options.ts";
import { CONFIG, flopsPerToken } from "./shape.ts";

/** Of one trainer. */
export interface TrainingResult {
  readonly trainer: string;
  readonly description: string;
  /** Tokens per second of each round. */
  readonly runs: readonly number[];
  readonly median: number;
  /** Median over the rounds of our rate over this one's; 1 for ours. */
  readonly tsgptOverThis: number;
  /** Median over the rounds of its operations per second over the multiply-adds that the machine does. */
  readonly shareOfLimit: number;
}

/** Rates, ratios taken within each round, and the text. */
export function trainingReport(measured: Measured, { threads, rounds, sizes }: TrainingOptions, where: string) {
  const { b, t, steps } = sizes;
  const perToken = flopsPerToken(CONFIG, t);
  const rates = measured.milliseconds.map((times) => times.map((time) => (1000 * b * t * steps) / time));
  const trainers = rates.map((runs, i): TrainingResult => {
    return {
      trainer: measured.names[i] as string,
      description: measured.descriptions[i] as string,
      runs,
      median: median(runs),
      tsgptOverThis: median(runs.map((rate, round) => (rates[0]?.[round] as number) / rate)),
      shareOfLimit: median(runs.map((rate, round) => (rate * perToken) / (measured.flopsPerSecond[round] as number))),
    };
  });
  const limit = median(measured.flopsPerSecond);
  const text = `# Training: tsgpt and PyTorch, the bundled model's shape, float32

${where}. Batches of ${b} x ${t} tokens, AdamW, ${threads} threads each; ${rounds} rounds in turns, ${steps} steps a turn.
Rates are medians; a ratio is taken within each round, and the median shown. A token takes ${(perToken / 1e6).toFixed(1)} million
floating-point operations (6 per weight, and attention; what is computed twice counts once); the machine does
${(limit / 1e9).toFixed(0)} GFLOP/s of 128-bit multiply-adds in registers, the most that WebAssembly can.

| trainer | tokens/s | lowest to highest | tsgpt over this | share of the multiply-add limit |
| --- | ---: | ---: | ---: | ---: |
${trainers.map(row).join("")}`;
  return { text, results: { threads, rounds, sizes, flopsPerToken: perToken, flopsPerSecond: limit, trainers } };
}

function row({ description, runs, median, tsgptOverThis, shareOfLimit }: TrainingResult, i: number): string {
  const digits = (value: number) => Math.round(value).toLocaleString("en");
  const range = `${digits(Math.min(...runs))} to ${digits(Math.max(...runs))}`;
  const ratio = i === 0 ? "" : tsgptOverThis.toFixed(2);
  return `| ${[description, digits(median), range, ratio, shareOfLimit.toFixed(2)].join(" | ")} |\n`;
}
