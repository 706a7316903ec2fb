/** A line on a terminal's stderr that tells how far something is: after half a second, ten times a second, replaced and cleared. */
import { CLEAR_LINE, type ProgressTerminal } from "./load-progress.ts";

const PATIENCE = 500; // milliseconds; what is over by then says nothing
const INTERVAL = 100;

export interface ProgressLine {
  /** Shows `text`, unless the last one is too young; nothing where there is no terminal. */
  show(text: () => string): void;
  /** Takes the line back: before something else is written, and at the end. */
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
