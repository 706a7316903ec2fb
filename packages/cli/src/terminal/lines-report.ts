/** The output of generate --file: results and errors in the order of the lines, and progress on a terminal. */
import { errorMessage } from "./error-message.ts";
import { inLineOrder } from "./in-line-order.ts";
import { type ProgressTerminal, progressLine } from "./progress-line.ts";

export interface LinesOutput {
  readonly json: boolean;
  /** Writes to stdout. */
  readonly write: (text: string) => void;
  /** stderr: progress, and without JSON errors. */
  readonly terminal: ProgressTerminal;
  readonly showProgress: boolean;
  /** Milliseconds. */
  readonly now?: () => number;
}

export interface LinesReport {
  done(index: number, text: string): void;
  failed(index: number, error: unknown): void;
  /** Counts a token. */
  token(): void;
  /** Writes the results that wait for unfinished lines, and clears the progress. */
  close(): void;
  readonly tokens: number;
  readonly failures: number;
}

/** The report for a number of lines; a result is JSON or text. */
export function linesReport(output: LinesOutput, lines: number): LinesReport {
  const { json, write, terminal, showProgress, now = () => performance.now() } = output;
  const progress = progressLine(terminal, now);
  const start = now();
  const errors = new Map<number, string>();
  let [tokens, done, failures, written] = [0, 0, 0, 0];
  const order = inLineOrder((index, text) => {
    progress.clear();
    const error = errors.get(index);
    errors.delete(index);
    if (error !== undefined) terminal.write(`error: line ${index + 1}: ${error}\n`);
    else write(json ? `${text}\n` : `${written++ > 0 ? "\n" : ""}${text}\n`);
  });
  const finish = (index: number, text: string) => {
    done++;
    order.done(index, text);
  };
  return {
    done: finish,
    failed: (index, error) => {
      failures++;
      const message = errorMessage(error as Error);
      if (!json) errors.set(index, message);
      finish(index, json ? JSON.stringify({ line: index + 1, error: message }) : "");
    },
    token: () => {
      tokens++;
      const speed = () => (1000 * tokens) / (now() - start);
      if (showProgress)
        progress.show(() => `${done} of ${lines} lines, ${tokens} tokens, ${speed().toFixed(1)} tokens/s`);
    },
    close: () => {
      order.flush();
      progress.clear();
    },
    get tokens() {
      return tokens;
    },
    get failures() {
      return failures;
    },
  };
}
