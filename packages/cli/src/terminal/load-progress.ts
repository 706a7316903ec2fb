/** The progress of loading or writing a model, as a line on a terminal's stderr. */

type OnProgress = (loadedBytes: number, totalBytes: number) => void;

/** The stream for the progress line. */
export interface ProgressTerminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const PATIENCE = 500; // milliseconds; a shorter task shows nothing
const INTERVAL = 100;
/** Clears the current line of a terminal. */
export const CLEAR_LINE = "\r\x1b[K";

interface ProgressOptions {
  readonly terminal?: ProgressTerminal;
  readonly now?: () => number;
  /** The word before the percentage. */
  readonly doing?: "loading" | "writing";
}

/** Runs `load` with a callback that shows its progress; nothing is written if stderr is not a terminal. */
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
