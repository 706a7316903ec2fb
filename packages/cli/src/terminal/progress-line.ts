/** A progress line on a terminal: shown after half a second, updated ten times a second, and cleared at the end. */

/** The stream for the progress line. */
export interface ProgressTerminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const PATIENCE = 500; // milliseconds; a shorter task shows nothing
const INTERVAL = 100;
/** Clears the current line of a terminal. */
export const CLEAR_LINE = "\r\x1b[K";

export interface ProgressLine {
  /** Shows `text` if the last update is old enough; never without a terminal. */
  show(text: () => string): void;
  /** Clears the line, before other output and at the end. */
  clear(): void;
}

export function progressLine(terminal: ProgressTerminal, now: () => number = () => performance.now()): ProgressLine {
  let next = now() + PATIENCE;
  let shown = false;
  return {
    show: (text) => {
      if (!terminal.isTTY || now() < next) return;
      next = now() + INTERVAL;
      shown = true;
      terminal.write(CLEAR_LINE + text());
    },
    clear: () => {
      if (shown) terminal.write(CLEAR_LINE);
      shown = false;
    },
  };
}
