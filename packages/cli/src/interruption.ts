/** Ctrl-C: the first asks to stop, within one token; the second ends the process at once. */

/** The exit code of a command that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** What Ctrl-C does; a terminal in raw mode reports it as a key and not as a signal. */
  interrupt(): void;
}

/** Listens from now on. */
export function interruption(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  return { signal: controller.signal, interrupt };
}
