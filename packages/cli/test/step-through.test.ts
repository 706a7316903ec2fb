/** Screens one after another: what each key does. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { stepThrough } from "../src/terminal/step-through.ts";

/** The screens that are shown for this input, and what was asked. */
async function shownFor(lines: string): Promise<{ shown: string; asked: number }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const interruption = { signal: new AbortController().signal, interrupt: () => {} };
  let shown = "";
  const write = (screen: string) => {
    shown += screen;
  };
  const done = stepThrough(["a", "b", "c"], write, { input, output }, interruption);
  // a person types a line once it is asked for
  for (const line of lines) {
    await new Promise((resolve) => setImmediate(resolve));
    input.write(line === "\n" ? "\n" : line);
  }
  input.end();
  await done;
  const asked = String(output.read()).match(/Enter: next, q: quit /g)?.length ?? 0;
  return { shown, asked };
}

test("Enter shows the next screen, and nothing is asked after the last", async () => {
  expect(await shownFor("\n\n")).toEqual({ shown: "abc", asked: 2 });
});

test("q quits, as the end of the input does", async () => {
  expect(await shownFor("\nq\n")).toEqual({ shown: "ab", asked: 2 });
  expect(await shownFor("Q\n")).toEqual({ shown: "a", asked: 1 });
  expect(await shownFor("")).toEqual({ shown: "a", asked: 1 });
});

test("Ctrl-C is an AbortError", async () => {
  const controller = new AbortController();
  const interruption = { signal: controller.signal, interrupt: () => controller.abort() };
  const terminal = { input: new PassThrough(), output: new PassThrough() };
  const done = stepThrough(["a", "b"], () => {}, terminal, interruption);
  controller.abort();
  await expect(done).rejects.toMatchObject({ name: "AbortError" });
});
