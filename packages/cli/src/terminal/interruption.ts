/** Ctrl-C: the first asks a command that listens to stop, within one token; the second, or one that nobody hears, ends the process. */

/** The exit code of a command that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** What Ctrl-C does; a terminal in raw mode reports it as a key and not as a signal. */
  interrupt(): void;
}

let controller: AbortController | undefined;

function interrupt(): void {
  if (!controller || controller.signal.aborted) process.exit(INTERRUPTED);
  controller.abort();
}

process.on("SIGINT", interrupt);

/** Listens from now on. */
export function interruption(): Interruption {
  controller = new AbortController();
  return { signal: controller.signal, interrupt };
}
