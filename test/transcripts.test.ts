/** What the documents show as a terminal's screen is what the command prints, byte for byte but for the timings and for where long lines break. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasScript } from "../packages/cli/test/script.ts";
import { blocks } from "./documents/documents.ts";
import { openShell, type Shell } from "./documents/shell.ts";

const QUESTION = /^prompt[^\n>]*> ?/;

const screens = blocks("console").map(({ document, code }) => {
  const [first = "", ...lines] = code.trimEnd().split("\n");
  return { document, command: first.replace(/^\$ /, ""), lines };
});
const dialogues = screens.filter(({ lines }) => lines.some((line) => QUESTION.test(line)));
const plain = screens.filter((screen) => !dialogues.includes(screen));

/** Seconds and rates are of the machine. */
const untimed = (screen: string) => screen.replaceAll(/[\d.]+ s, [\d.]+ tokens\/s/g, "0 s, 0 tokens/s").trimEnd();

/** A page does not break the lines of a block, so that the documents do, at the last space before this column. */
const COLUMNS = 110;

function broken(line: string): string[] {
  const at = line.length > COLUMNS ? line.lastIndexOf(" ", COLUMNS) : -1;
  return at === -1 ? [line] : [line.slice(0, at), ...broken(line.slice(at + 1))];
}

/** What a document shows of a screen. */
const shown = (screen: string) => untimed(screen).split("\n").flatMap(broken).join("\n");

describe.skipIf(process.platform === "win32")("in a POSIX shell", () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell();
  });
  afterAll(() => shell.close());

  test("there is one of each kind", () => {
    expect(plain.length).toBeGreaterThan(0);
    expect(dialogues.length).toBeGreaterThan(0);
  });

  test.each(plain)("$document: $command", { timeout: 60_000 }, async ({ document, command, lines }) => {
    const printed = await shell.run(`{ ${command}; } 2>&1`, document);
    expect(shown(printed)).toBe(untimed(lines.join("\n")));
  });

  test("a timing is all that is left out", () => {
    expect(untimed("55 tokens, 0.08 s, 697.4 tokens/s\n")).toBe("55 tokens, 0 s, 0 tokens/s");
    expect(untimed("54 tokens")).not.toBe(untimed("55 tokens"));
  });

  test("a line is broken at the last space that fits", () => {
    expect(broken(`${"a".repeat(100)} ${"b".repeat(9)} c d`)).toEqual([`${"a".repeat(100)} ${"b".repeat(9)}`, "c d"]);
    expect(broken("a b")).toEqual(["a b"]);
  });

  test.skipIf(!hasScript).each(dialogues)(
    "$document: $command, with a person at a terminal",
    { timeout: 60_000 },
    async ({ document, command, lines }) => {
      const typed = lines.filter((line) => QUESTION.test(line)).map((line) => line.replace(QUESTION, ""));
      const printed = await converse(shell.onTerminal(command, document), typed.filter(Boolean));
      expect(shown(printed)).toBe(untimed(lines.join("\n")));
    },
  );
});

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
