/**
 * Ctrl-C: the first asks the running command to stop, which takes at most one token; the second ends the process. A
 * command whose work is worth saving is asked by SIGTERM and SIGHUP too, which end others at once.
 */
import { constants } from "node:os";

/** The exit code of a command interrupted by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Handles Ctrl-C; a terminal in raw mode reports it as a key, not as a signal. */
  interrupt(): void;
}

const TERMINATIONS = ["SIGTERM", "SIGHUP"] as const;

let controller: AbortController | undefined;
let exitCode = INTERRUPTED;

function interrupt(): void {
  if (!controller || controller.signal.aborted) process.exit(INTERRUPTED);
  controller.abort();
}

/** A second one changes nothing: a shell and a closed terminal both send it. */
function terminate(name: NodeJS.Signals): void {
  if (controller?.signal.aborted) return;
  exitCode = 128 + constants.signals[name];
  controller?.abort();
}

process.on("SIGINT", interrupt);

/** Starts listening for Ctrl-C. */
export function interruption(): Interruption {
  controller = new AbortController();
  exitCode = INTERRUPTED;
  for (const name of TERMINATIONS) process.off(name, terminate);
  return { signal: controller.signal, interrupt };
}

/** Starts listening for Ctrl-C, SIGTERM and SIGHUP. */
export function termination(): Interruption {
  const started = interruption();
  for (const name of TERMINATIONS) process.on(name, terminate);
  return started;
}

/** True once SIGHUP has come: nothing that is written to the terminal arrives. */
export function hungUp(): boolean {
  return exitCode === 128 + constants.signals.SIGHUP;
}

/** The exit code of the command that was interrupted: 128 + the number of the signal. */
export function interruptedCode(): number {
  return exitCode;
}
