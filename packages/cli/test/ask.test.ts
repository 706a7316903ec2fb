/** The dialogue on a terminal, without one: streams stand for keyboard and screen. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ask } from "../src/terminal/ask.ts";
import type { Interruption } from "../src/terminal/interruption.ts";

/** A keyboard and a screen, and the Ctrl-C of whatever listens now. */
function terminal() {
  let controller = new AbortController();
  const listen = (): Interruption => {
    controller = new AbortController();
    return { signal: controller.signal, interrupt: () => controller.abort() };
  };
  return { input: new PassThrough(), output: new PassThrough(), listen, interrupt: () => controller.abort() };
}

test("every line but an empty one is answered, until the input ends", async () => {
  const { listen, ...screen } = terminal();
  screen.input.end("one\n\ntwo\n");
  const answered: string[] = [];
  expect(await ask(screen, listen, async (prompt) => void answered.push(prompt))).toBe(false);
  expect(answered).toEqual(["one", "two"]);
});

test("it says first which keys end what", async () => {
  const { listen, ...screen } = terminal();
  screen.input.end();
  await ask(screen, listen, async () => {});
  expect(screen.output.read().toString()).toBe(
    "Ctrl-C stops the current text; a second Ctrl-C, or Ctrl-D, ends the program.\nprompt> \n",
  );
});

test("a prompt that cannot be answered is told, and the next is asked for", async () => {
  const { listen, ...screen } = terminal();
  screen.input.end("too long\nshort\n");
  const answered: string[] = [];
  await ask(screen, listen, async (prompt) => {
    if (prompt === "too long") throw new Error("generate: context overflow");
    answered.push(prompt);
  });
  expect(answered).toEqual(["short"]);
  expect(screen.output.read().toString()).toContain("error: context overflow\n");
});

test("an interruption ends an answer alone, without an error; the next prompt is answered", async () => {
  const { listen, interrupt, ...screen } = terminal();
  screen.input.end("one\ntwo\n");
  const answered: [string, boolean][] = [];
  const ended = await ask(screen, listen, async (prompt, signal) => {
    if (prompt === "one") interrupt();
    answered.push([prompt, signal.aborted]);
    signal.throwIfAborted();
  });
  expect(answered).toEqual([
    ["one", true],
    ["two", false],
  ]);
  expect(ended).toBe(false);
  expect(screen.output.read().toString()).not.toContain("error");
});

test("an interruption ends the dialogue while it waits, at first and after an answer", async () => {
  for (const lines of ["", "one\n"]) {
    const { listen, interrupt, ...screen } = terminal();
    const answered: string[] = [];
    const asking = ask(screen, listen, async (prompt) => {
      answered.push(prompt);
      setImmediate(interrupt); // once it waits again
    });
    if (lines === "") setImmediate(interrupt);
    screen.input.write(lines);
    expect(await asking).toBe(true);
    expect(answered.length).toBe(lines === "" ? 0 : 1);
  }
});
