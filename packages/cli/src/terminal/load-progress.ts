/** The progress of a load or the like: after half a second one line on a terminal's stderr, which the next one replaces and the end clears. */

type OnProgress = (loadedBytes: number, totalBytes: number) => void;

/** Where the line goes. */
export interface ProgressTerminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const PATIENCE = 500; // milliseconds; a load that is over by then says nothing
const INTERVAL = 100;
/** Takes back what stands on a terminal's line. */
export const CLEAR_LINE = "\r\x1b[K";

interface ProgressOptions {
  readonly terminal?: ProgressTerminal;
  readonly now?: () => number;
  /** What is said to be done. */
  readonly doing?: "loading" | "writing";
}

/** Runs `load` with a callback that shows how far it is; nothing is written where stderr is no terminal. */
export async function withLoadProgress<Loaded>(
  load: (onProgress: OnProgress) => Promise<Loaded>,
  { terminal = process.stderr, now = () => performance.now(), doing = "loading" }: ProgressOptions = {},
): Promise<Loaded> {
  let next = now() + PATIENCE;
  let shown = false;
  const onProgress: OnProgress = (loaded, total) => {
    if (!terminal.isTTY || now() < next) return;
    next = now() + INTERVAL;
    shown = true;
    const percent = Math.floor((100 * loaded) / total);
    terminal.write(`${CLEAR_LINE}${doing}: ${percent} % of ${(total / 1e6).toFixed(0)} MB`);
  };
  try {
    return await load(onProgress);
  } finally {
    if (shown) terminal.write(CLEAR_LINE);
  }
}
