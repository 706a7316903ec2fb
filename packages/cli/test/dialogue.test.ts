/** The dialogue on a terminal that `script` (util-linux) makes: what the keys do to the process. */
import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { cleanEnvironment } from "./clean-environment.ts";
import { MAIN } from "./process.ts";
import { hasScript } from "./script.ts";

/** Types each key once the screen since the last key shows what is awaited; gives the exit code and the whole screen. */
function type(...keys: readonly (readonly [awaited: RegExp, keys: string])[]) {
  const slow = ["--ignore-eos", "--max-tokens", "400", "--no-cache"]; // enough to be met in the middle
  const args = ["generate", ...slow, "--seed", "1"];
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: "pipe", env: cleanEnvironment() });
  let screen = "";
  let since = "";
  let next = 0;
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    screen += piece;
    since += piece;
    const [awaited, typed] = keys[next] ?? [];
    if (typed === undefined || !awaited?.test(since)) return;
    next++;
    since = "";
    child.stdin.write(typed);
  });
  return new Promise<{ code: number | null; screen: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, screen })),
  );
}

const PROMPT = /prompt> /;
const TEXT = /\nOnce upon a time.{10}/s;
const SUMMARY = /\r\n\d+ tokens, .*, seed \d+\r\n.*prompt> /s;
const [CTRL_C, CTRL_D] = ["\x03", "\x04"];

describe.runIf(hasScript)("on a terminal", () => {
  test.concurrent("Ctrl-C ends the text, a second one at the prompt the program", async () => {
    const { code, screen } = await type([PROMPT, "Once upon a time\r"], [TEXT, CTRL_C], [SUMMARY, CTRL_C]);
    expect(screen).toContain("a second Ctrl-C, or Ctrl-D, ends the program.\r\n");
    expect(Number(/(\d+) tokens, /.exec(screen)?.[1])).toBeLessThan(400);
    expect(code).toBe(130);
  });

  test.concurrent("after Ctrl-C the next prompt is answered; Ctrl-D ends the program with 0", async () => {
    const again = "Once upon a time\r";
    const { code, screen } = await type(
      [PROMPT, again],
      [TEXT, CTRL_C],
      [SUMMARY, again],
      [TEXT, CTRL_C],
      [SUMMARY, CTRL_D],
    );
    expect(screen.match(/ tokens, /g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test.concurrent("two Ctrl-C in the middle of a text end the program", async () => {
    const { code, screen } = await type([PROMPT, "Once upon a time\r"], [TEXT, CTRL_C + CTRL_C]);
    expect(screen).not.toContain(" tokens, ");
    expect(code).toBe(130);
  });
});
