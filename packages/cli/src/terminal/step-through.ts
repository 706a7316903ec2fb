/** Shows screens one after another on a terminal, each after a key. */
import { emitKeypressEvents, type Key } from "node:readline";
import type { Readable } from "node:stream";
import type { Terminal } from "./ask.ts";
import type { Interruption } from "./interruption.ts";

/** A terminal's input: in raw mode it gives keys as they are pressed, Ctrl-C and Ctrl-Z among them. */
type Keyboard = Readable & { setRawMode?: (isRaw: boolean) => unknown };

const QUESTION = "Enter: next, q: quit ";
const [CLEAR_LINE, NEW_LINE] = ["\r\x1b[K", "\n"];

/**
 * Writes the first screen and, after each Enter or space, the next; `q`, Ctrl-D or the end of the input ends. The
 * question goes to the terminal's output, the screens to `write`. @throws the signal's AbortError at Ctrl-C
 */
export async function stepThrough(
  screens: readonly string[],
  write: (screen: string) => void,
  { input, output }: Terminal,
  { signal, interrupt }: Interruption,
): Promise<void> {
  const keyboard: Keyboard = input;
  emitKeypressEvents(keyboard);
  keyboard.setRawMode?.(true);
  keyboard.resume();
  try {
    for (const [i, screen] of screens.entries()) {
      write(screen);
      if (i === screens.length - 1) return;
      output.write(QUESTION);
      const isNext = await nextOrQuit(keyboard, signal, (key) => act(key, { keyboard, interrupt, output }));
      output.write(isNext ? `${CLEAR_LINE}${NEW_LINE}` : NEW_LINE);
      if (!isNext) return;
    }
  } finally {
    keyboard.setRawMode?.(false);
    keyboard.pause();
  }
}

/** Waits for a key that is answered with true or false. @throws the signal's AbortError */
function nextOrQuit(
  keyboard: Keyboard,
  signal: AbortSignal,
  answer: (key: Key) => boolean | undefined,
): Promise<boolean> {
  return new Promise<boolean>((resolve, reject) => {
    const settle = (done: () => void) => {
      keyboard.off("keypress", onKey).off("end", onEnd);
      signal.removeEventListener("abort", onAbort);
      done();
    };
    const onKey = (_: string | undefined, key: Key) => {
      const found = answer(key);
      if (found !== undefined) settle(() => resolve(found));
    };
    const onEnd = () => settle(() => resolve(false));
    const onAbort = () => settle(() => reject(signal.reason));
    keyboard.on("keypress", onKey).on("end", onEnd);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else if (keyboard.readableEnded) onEnd();
  });
}

interface Console {
  readonly keyboard: Keyboard;
  readonly output: Terminal["output"];
  readonly interrupt: () => void;
}

/** True for the next screen, false to quit, undefined for a key that does neither. */
function act({ name, ctrl }: Key, terminal: Console): boolean | undefined {
  if (!ctrl) return name === "return" || name === "enter" || name === "space" || (name === "q" ? false : undefined);
  if (name === "d") return false;
  if (name === "c") terminal.interrupt();
  if (name === "z") suspend(terminal);
  return undefined;
}

/** Milliseconds after which a process that is not stopped goes on: one without job control never is. */
const NOT_STOPPED = 100;

/** Stops the processes of the terminal as Ctrl-Z does; after `fg` the terminal's mode is as it was. */
function suspend({ keyboard, output }: Console): void {
  if (!keyboard.setRawMode || process.platform === "win32") return;
  keyboard.setRawMode(false);
  const resume = () => {
    clearTimeout(timer);
    process.off("SIGCONT", resume);
    keyboard.setRawMode?.(true);
    output.write(QUESTION);
  };
  const timer = setTimeout(resume, NOT_STOPPED);
  process.on("SIGCONT", resume);
  process.kill(0, "SIGTSTP");
}
