/** What tsgpt batch says on stderr: how far all shards are, and at the end what there is and what to do next. */
import type { BatchOutcome, BatchProgress, MergeReport, Part } from "@tsgpt/batch";
import { linePace } from "./line-pace.ts";
import { timeLeft } from "./pass-progress.ts";
import { pluralize } from "./pluralize.ts";
import { type ProgressTerminal, progressLine } from "./progress-line.ts";

/** Shows progress in place on a terminal, and elsewhere as lines: at each tenth, and every ten seconds. */
export function batchProgress(terminal: ProgressTerminal, quiet: boolean, now: () => number = () => performance.now()) {
  const line = progressLine(quiet ? { write: () => {} } : terminal, now);
  const isDue = linePace(true, now);
  let start: number | undefined;
  return {
    show: (progress: BatchProgress) => {
      start ??= now();
      const seconds = (now() - start) / 1000;
      const isEarly = progress.linesDone === progress.linesBefore;
      if (terminal.isTTY) line.show(() => progressText(progress, seconds));
      else if (!quiet && !isEarly && isDue(progress.linesDone / progress.lines))
        terminal.write(`${progressText(progress, seconds)}\n`);
    },
    close: () => line.clear(),
    /** Since the first progress. */
    seconds: () => (start === undefined ? 0 : (now() - start) / 1000),
  };
}

/** `3 of 40 shards, 1200 of 16000 lines, 85.2 lines/s, 2 min 54 s left` */
export function progressText(progress: BatchProgress, seconds: number): string {
  const { shards, shardsDone, lines, linesDone, linesBefore } = progress;
  const rate = seconds > 0 ? (linesDone - linesBefore) / seconds : 0;
  const pace = rate > 0 ? `, ${rate.toFixed(1)} lines/s, ${timeLeft((lines - linesDone) / rate)} left` : "";
  return `${shardsDone} of ${pluralize(shards, "shard")}, ${linesDone} of ${pluralize(lines, "line")}${pace}`;
}

interface Finished {
  readonly part: Part;
  readonly output: string;
  readonly seconds: number;
}

export function finishedText(outcome: BatchOutcome, { part, output, seconds }: Finished): string {
  const { shards, lines, linesBefore, failures } = outcome;
  const before = linesBefore > 0 ? `, ${linesBefore} of them before this run` : "";
  const failed = failures > 0 ? `, ${failures} with an error in its entry` : "";
  const which = part.count > 1 ? `part ${part.index}/${part.count}: ` : "";
  const next = part.count > 1 ? "when all parts are done" : "join the results";
  const all = `${pluralize(shards, "shard")}, ${pluralize(lines, "line")}`;
  return `${which}${all}${before}${failed}, ${seconds.toFixed(1)} s\n${next}: tsgpt batch merge ${output}\n`;
}

/** After Ctrl-C or SIGTERM; without progress, before the first shard. */
export function stoppedText(progress?: BatchProgress): string {
  const done = progress ? `: ${progress.shardsDone} of ${pluralize(progress.shards, "shard")} done` : "";
  return `stopped${done}; run the same command again to resume\n`;
}

export function mergedText({ shards, lines, failures }: MergeReport): string {
  const failed = failures > 0 ? `, ${failures} with an error` : "";
  return `${pluralize(shards, "shard")}, ${pluralize(lines, "line")}${failed}: each line is answered once\n`;
}
