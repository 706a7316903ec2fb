/** Asks a person for one prompt after another, until Ctrl-D. */
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Interruption } from "./interruption.ts";

/** Where the person sits. */
export interface Terminal {
  readonly input: Readable;
  /** The question goes here, so that stdout holds the story alone. */
  readonly output: Writable;
}

/** Calls `answer` with every line that is not empty, and says what it throws; ends at the input's end (Ctrl-D) or when interrupted. */
export async function ask(
  { input, output }: Terminal,
  { signal, interrupt }: Interruption,
  answer: (prompt: string) => Promise<void>,
): Promise<void> {
  const lines = createInterface({ input, output, prompt: "prompt> " });
  const close = () => lines.close();
  lines.on("SIGINT", interrupt);
  signal.addEventListener("abort", close);
  lines.prompt();
  for await (const line of lines) {
    if (line !== "") await answer(line).catch((error: Error) => void output.write(`error: ${error.message}\n`));
    if (signal.aborted) break;
    lines.prompt();
  }
  signal.removeEventListener("abort", close);
  close();
}
