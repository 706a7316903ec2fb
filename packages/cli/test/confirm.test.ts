import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirm } from "../src/terminal/confirm.ts";

/** What is asked, and the answer to these lines. */
async function asked(lines: string): Promise<[string, boolean]> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const interruption = { signal: new AbortController().signal, interrupt: () => {} };
  const answer = confirm("delete it?", { input, output }, interruption);
  input.end(lines);
  return [String(output.read()), await answer];
}

test.each([
  ["y\n", true],
  ["Yes\n", true],
  ["n\n", false],
  ["\n", false],
  ["yesterday\n", false],
  ["", false],
])("%j is %s", async (lines, answer) => {
  expect(await asked(lines)).toEqual(["delete it? [y/N] ", answer]);
});

test("Ctrl-C is an AbortError", async () => {
  const controller = new AbortController();
  const interruption = { signal: controller.signal, interrupt: () => controller.abort() };
  const answer = confirm("delete it?", { input: new PassThrough(), output: new PassThrough() }, interruption);
  controller.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
});
