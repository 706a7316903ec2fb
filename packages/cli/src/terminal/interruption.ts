/** Ctrl-C: the first asks the running command to stop, which takes at most one token; the second ends the process. */

/** The exit code of an interrupted command: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Handles Ctrl-C; a terminal in raw mode reports it as a key, not as a signal. */
  interrupt(): void;
}

let controller: AbortController | undefined;

function interrupt(): void {
  if (!controller || controller.signal.aborted) process.exit(INTERRUPTED);
  controller.abort();
}

process.on("SIGINT", interrupt);

/** Starts listening for Ctrl-C. */
export function interruption(): Interruption {
  controller = new AbortController();
  return { signal: controller.signal, interrupt };
}
