/** What the documents show as a terminal's screen: a command, and what it prints. */
import type { ChildProcess } from "node:child_process";
import { blocks } from "./documents.ts";
import type { Shell } from "./shell.ts";

export interface Screen {
  readonly document: string;
  /** The block as the document has it. */
  readonly code: string;
  readonly command: string;
  readonly lines: readonly string[];
}

const QUESTION = /^prompt[^\n>]*> ?/;

export const screens: readonly Screen[] = blocks("console").map(({ document, code }) => {
  const [first = "", ...lines] = code.trimEnd().split("\n");
  return { document, code, command: first.replace(/^\$ /, ""), lines };
});

/** True if a person types at a terminal in it. */
export const isDialogue = ({ lines }: Screen): boolean => lines.some((line) => QUESTION.test(line));

/** Without what is of the machine: seconds and rates. */
export const untimed = (screen: string) =>
  screen.replaceAll(/[\d.]+ s, [\d.]+ tokens\/s/g, "0 s, 0 tokens/s").trimEnd();

/** A page does not break the lines of a block, so that the documents do, at the last space before this column. */
const COLUMNS = 110;

/** A line as a document shows it. */
export function broken(line: string): string[] {
  const at = line.length > COLUMNS ? line.lastIndexOf(" ", COLUMNS) : -1;
  return at === -1 ? [line] : [line.slice(0, at), ...broken(line.slice(at + 1))];
}

/** What a document shows of what was printed. */
export const shown = (printed: string) => printed.trimEnd().split("\n").flatMap(broken).join("\n");

/** Runs a screen's command, typing what its user types, and returns what is printed. */
export function play(shell: Shell, screen: Screen): Promise<string> {
  const { document, command, lines } = screen;
  if (!isDialogue(screen)) return shell.run(`{ ${command}; } 2>&1`, document);
  const typed = lines.filter((line) => QUESTION.test(line)).map((line) => line.replace(QUESTION, ""));
  return converse(shell.onTerminal(command, document), typed.filter(Boolean));
}

/** Types a line whenever the program asks, and Ctrl-D when there is no more; what the screen then shows. */
function converse(child: ChildProcess, typed: readonly string[]): Promise<string> {
  let raw = "";
  let asked = 0;
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    raw += piece;
    const questions = screenOf(raw)
      .split("\n")
      .filter((line) => QUESTION.test(line)).length;
    for (; asked < questions; asked++) child.stdin?.write(asked < typed.length ? `${typed[asked]}\n` : "\x04");
  });
  return new Promise((resolve) => child.on("close", () => resolve(screenOf(raw))));
}

/** A screen's text: without what moves the cursor, and of a line that was written again, such as a progress, what it was last. */
const screenOf = (raw: string) =>
  raw
    .split("\x1b[")
    .map((piece, i) => (i === 0 ? piece : piece.replace(/^\d*[A-Za-z]/, "")))
    .join("")
    .split(/\r*\n/)
    .map((line) => line.slice(line.lastIndexOf("\r") + 1))
    .join("\n");
