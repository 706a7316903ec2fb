/** Progress of the passes over a long text: the share that is done and the estimated time left. */
import { type ProgressTerminal, progressLine } from "./progress-line.ts";

interface PassProgressOptions {
  readonly terminal?: ProgressTerminal;
  readonly now?: () => number;
  /** Default "scoring". */
  readonly doing?: string;
}

/** Runs `work` with a callback that shows its progress; writes nothing if stderr is not a terminal. */
export async function withPassProgress<Result>(
  work: (onProgress: (done: number, total: number) => void) => Promise<Result>,
  { terminal = process.stderr, now = () => performance.now(), doing = "scoring" }: PassProgressOptions = {},
): Promise<Result> {
  const line = progressLine(terminal, now);
  const start = now();
  try {
    return await work((done, total) => {
      line.show(() => {
        const left = ((now() - start) / 1000) * (total / done - 1);
        return `${doing}: ${Math.floor((100 * done) / total)} %, ${timeLeft(left)} left`;
      });
    });
  } finally {
    line.clear();
  }
}

/** `8 s`, `2 min 5 s`, `1 h 2 min`. */
export function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
