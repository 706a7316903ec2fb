/** Asks for confirmation on the terminal. */
import { createInterface } from "node:readline/promises";
import type { Terminal } from "./ask.ts";
import type { Interruption } from "./interruption.ts";

/**
 * True for `y` or `yes`, false for anything else and at the end of the input. @throws the signal's AbortError at
 * Ctrl-C
 */
export async function confirm(
  question: string,
  { input, output }: Terminal,
  { signal, interrupt }: Interruption,
): Promise<boolean> {
  const lines = createInterface({ input, output });
  lines.on("SIGINT", interrupt);
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
