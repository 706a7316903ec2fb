/** The progress of loading or writing a model, as a line on a terminal's stderr. */
import type { LoadProgress } from "@tsgpt/gpt";
import { type ProgressTerminal, progressLine } from "./progress-line.ts";

type OnProgress = (progress: Pick<LoadProgress, "loaded" | "total">) => void;

interface ProgressOptions {
  readonly terminal?: ProgressTerminal;
  readonly now?: () => number;
  /** The word before the percentage. */
  readonly doing?: "loading" | "writing";
}

/** Runs `load` with a callback that shows its progress; nothing is written if stderr is not a terminal. */
export async function withLoadProgress<Loaded>(
  load: (onProgress: OnProgress) => Promise<Loaded>,
  { terminal = process.stderr, now, doing = "loading" }: ProgressOptions = {},
): Promise<Loaded> {
  const line = progressLine(terminal, now);
  const onProgress: OnProgress = ({ loaded, total }) =>
    line.show(() => `${doing}: ${Math.floor((100 * loaded) / total)} % of ${(total / 1e6).toFixed(0)} MB`);
  try {
    return await load(onProgress);
  } finally {
    line.clear();
  }
}
