/** Shows screens one after another on a terminal, each after a key. */
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./ask.ts";
import type { Interruption } from "./interruption.ts";

/**
 * Writes the first screen and, after each Enter, the next; `q`, or Ctrl-D, ends. The question goes to the terminal's
 * output, the screens to `write`. @throws the signal's AbortError at Ctrl-C
 */
export async function stepThrough(
  screens: readonly string[],
  write: (screen: string) => void,
  { input, output }: Terminal,
  { signal, interrupt }: Interruption,
): Promise<void> {
  const lines = createInterface({ input, output });
  lines.on("SIGINT", interrupt);
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("q")));
  try {
    for (const [i, screen] of screens.entries()) {
      write(screen);
      if (i === screens.length - 1) return;
      const answer = await Promise.race([lines.question("Enter: next, q: quit ", { signal }), ended]);
      if (/^q/i.test(answer.trim())) return;
      output.write("\n");
    }
  } finally {
    lines.close();
  }
}
