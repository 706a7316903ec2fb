/** Interactive prompts: asks for one after another until Ctrl-D, or until Ctrl-C while no text is being generated. */
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { errorMessage } from "./error-message.ts";
import type { Interruption } from "./interruption.ts";

/** Input and output of the terminal. */
export interface Terminal {
  readonly input: Readable;
  /** For the question, so that stdout has only the text. */
  readonly output: Writable;
}

const KEYS = "Ctrl-C stops the current text; a second Ctrl-C, or Ctrl-D, ends the program.\n";

/**
 * Calls `answer` with every line that is not empty, and prints errors it throws. `listen` is called for each prompt
 * and each answer, so that Ctrl-C stops only the answer. True if Ctrl-C ended the program, false at the end of the
 * input (Ctrl-D).
 */
export async function ask(
  { input, output }: Terminal,
  listen: () => Interruption,
  answer: (prompt: string, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const lines = createInterface({ input, output, prompt: "prompt> " });
  let current = listen();
  const wait = () => {
    current = listen();
    current.signal.addEventListener("abort", () => lines.close(), { once: true });
    lines.prompt();
  };
  lines.on("SIGINT", () => current.interrupt());
  output.write(KEYS);
  wait();
  for await (const line of lines) {
    if (current.signal.aborted) break;
    current = listen();
    if (line !== "") await answer(line, current.signal).catch((error: Error) => printError(error, output));
    wait();
  }
  lines.close();
  output.write("\n"); // the shell's prompt starts on a new line
  return current.signal.aborted;
}

/** Prints an error, except that of Ctrl-C. */
function printError(error: Error, output: Writable): void {
  if (error.name !== "AbortError") output.write(`error: ${errorMessage(error)}\n`);
}
