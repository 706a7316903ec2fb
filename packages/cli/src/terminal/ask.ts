/** The dialogue: asks a person for one prompt after another, until Ctrl-D, or Ctrl-C while nothing is being written. */
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { errorMessage } from "./error-message.ts";
import type { Interruption } from "./interruption.ts";

/** Where the person sits. */
export interface Terminal {
  readonly input: Readable;
  /** The question goes here, so that stdout holds the story alone. */
  readonly output: Writable;
}

const KEYS = "Ctrl-C ends the text that is being written; a second Ctrl-C, or Ctrl-D, ends the program.\n";

/**
 * Calls `answer` with every line that is not empty, and says what it throws. `listen` is called for each prompt and for each
 * answer, so that Ctrl-C ends an answer alone. True if Ctrl-C ended the dialogue, false at the input's end (Ctrl-D).
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
    if (line !== "") await answer(line, current.signal).catch((error: Error) => tell(error, output));
    wait();
  }
  lines.close();
  output.write("\n"); // what comes next begins a line of its own
  return current.signal.aborted;
}

/** Says an error; that of Ctrl-C needs no words. */
function tell(error: Error, output: Writable): void {
  if (error.name !== "AbortError") output.write(`error: ${errorMessage(error)}\n`);
}
