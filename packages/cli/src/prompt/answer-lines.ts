/**
 * prompt --file: answers the lines of a JSONL file. Each gives one line of JSON, in order; an invalid one gives an
 * entry with its number and the error.
 */
import { errorMessage } from "../terminal/error-message.ts";
import { inLineOrder } from "../terminal/in-line-order.ts";
import { type ProgressTerminal, progressLine } from "../terminal/progress-line.ts";
import { type AnswerTask, answerInputs } from "./answers.ts";
import { type InputLine, parseInputLines } from "./input-lines.ts";

export interface LinesOutput {
  /** Takes each line with its line end. */
  readonly write: (text: string) => void;
  /** The digest of the run, in every line. */
  readonly run: string;
  /** How many lines are answered already. */
  readonly answered: number;
  /** After Ctrl-C, also writes lines after one that is missing; a file that can be resumed has none. */
  readonly writesAfterGaps: boolean;
  readonly terminal: ProgressTerminal;
  readonly showProgress: boolean;
  /** Milliseconds. */
  readonly now?: () => number;
}

export interface LinesResult {
  readonly written: number;
  readonly failures: number;
}

/** Answers the lines that are not answered yet. @throws what `answerInputs` throws */
export async function answerLines(
  task: AnswerTask,
  lines: readonly string[],
  output: LinesOutput,
): Promise<LinesResult> {
  const { answered, run, write, terminal, showProgress, now } = output;
  const progress = progressLine(showProgress ? terminal : { write: () => {} }, now);
  let [ended, failures, written, tokens] = [0, 0, 0, 0];
  const show = () => progress.show(() => progressText({ ended, lines: lines.length - answered, tokens }));
  const order = inLineOrder((_, text) => {
    progress.clear();
    written++;
    write(text);
  });
  const finish = (index: number, object: object) => {
    ended++;
    order.done(index, `${JSON.stringify({ line: answered + index + 1, run, ...object })}\n`);
    show();
  };
  const failed = (index: number, error: unknown, input?: InputLine) => {
    failures++;
    finish(index, { ...input, error: errorMessage(error as Error) });
  };
  const { valid, indices } = parseInputLines(lines.slice(answered), failed);
  const indexOf = (i: number) => indices[i] as number;
  await answerInputs(
    task,
    valid.map(({ input }) => input),
    {
      done: (i, { object }) => finish(indexOf(i), { ...valid[i], ...object }),
      failed: (i, error) => failed(indexOf(i), error, valid[i]),
      token: () => {
        tokens++;
        show();
      },
    },
  );
  progress.clear();
  if (output.writesAfterGaps) order.flush();
  return { written, failures };
}

function progressText({ ended, lines, tokens }: { ended: number; lines: number; tokens: number }): string {
  return `${ended} of ${lines} lines${tokens > 0 ? `, ${tokens} tokens` : ""}`;
}
