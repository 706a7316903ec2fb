/** What was measured: rates, their medians, and ratios taken within each round, as data and as Markdown. */

import type { Running } from "./contest.ts";

/** One engine, one task, one number of threads. */
export interface Result {
  readonly task: string;
  /** Asked for. */
  readonly threads: number;
  readonly engine: string;
  readonly running: Running;
  /** Of `runs` and `median`. */
  readonly unit: string;
  readonly runs: readonly number[];
  readonly median: number;
  /** Median over the rounds of tsgpt's rate over this engine's: above 1, tsgpt is faster. 1 for tsgpt itself. */
  readonly tsgptOverThis: number;
  /** The largest difference of its outputs from tsgpt's. */
  readonly difference: number;
}

/** A task, and how many of its units one turn does. */
export interface Task {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly amount: number;
}

export interface Competitor {
  readonly name: string;
  readonly running: Running;
  readonly difference: number;
}

/** Rates of one task from the milliseconds of each round; the first competitor is ours. */
export function rate(
  { name: task, unit, amount }: Task,
  threads: number,
  competitors: readonly Competitor[],
  milliseconds: readonly (readonly number[])[],
): Result[] {
  const rates = milliseconds.map((rounds) => rounds.map((time) => (1000 * amount) / time));
  const [ours = []] = rates;
  return competitors.map(({ name, running, difference }, at) => {
    const runs = rates[at] ?? [];
    const ratios = runs.map((theirs, round) => (ours[round] as number) / theirs);
    const tsgptOverThis = median(ratios);
    return { task, threads, engine: name, running, unit, runs, median: median(runs), tsgptOverThis, difference };
  });
}

/** One table a task, one row an engine and number of threads. */
export function tables(results: readonly Result[], tasks: readonly Task[]): string {
  return tasks
    .map(({ name, title, unit }) => {
      const rows = results.filter(({ task }) => task === name).map(row);
      const head = `| engine | kernels | threads | ${unit} | lowest to highest | tsgpt over this | outputs differ by |\n`;
      return `## ${title}\n\n${head}| --- | --- | ---: | ---: | ---: | ---: | ---: |\n${rows.join("")}`;
    })
    .join("\n");
}

function row({ engine, running, threads, runs, median, tsgptOverThis, difference }: Result): string {
  const asked = running.threads === threads ? `${threads}` : `${running.threads} (of ${threads} asked)`;
  const range = `${digits(Math.min(...runs))} to ${digits(Math.max(...runs))}`;
  const against = difference === 0 ? ["", ""] : [tsgptOverThis.toFixed(2), difference.toExponential(0)];
  return `| ${[engine, running.kernels, asked, digits(median), range, ...against].join(" | ")} |\n`;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Three significant digits, thousands apart. */
function digits(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
