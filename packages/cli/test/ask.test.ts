/** The dialogue on a terminal, without one: streams stand for keyboard and screen. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ask } from "../src/ask.ts";

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output };
}

const never = { signal: new AbortController().signal, interrupt: () => {} };

test("every line but an empty one is answered, until the input ends", async () => {
  const screen = terminal();
  screen.input.end("one\n\ntwo\n");
  const answered: string[] = [];
  await ask(screen, never, async (prompt) => void answered.push(prompt));
  expect(answered).toEqual(["one", "two"]);
  expect(screen.output.read().toString()).toContain("prompt> ");
});

test("a prompt that cannot be answered is told, and the next is asked for", async () => {
  const screen = terminal();
  screen.input.end("too long\nshort\n");
  const answered: string[] = [];
  await ask(screen, never, async (prompt) => {
    if (prompt === "too long") throw new Error("context overflow");
    answered.push(prompt);
  });
  expect(answered).toEqual(["short"]);
  expect(screen.output.read().toString()).toContain("error: context overflow\n");
});

test("an interruption ends it while it waits", async () => {
  const screen = terminal();
  const controller = new AbortController();
  const asking = ask(screen, { signal: controller.signal, interrupt: () => controller.abort() }, async () => {});
  setTimeout(() => controller.abort(), 20);
  await asking;
});
