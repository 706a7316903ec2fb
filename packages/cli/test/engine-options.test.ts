/** Notes on the options of every command that runs a model. */
import { availableParallelism } from "node:os";
import { expect, test, vi } from "vitest";
import { noteThreads } from "../src/options/engine.ts";
import { fixture, tsgpt } from "./process.ts";

test.each([
  [2, 2, ""],
  [1, 1, ""],
  [3, 2, "note: --threads 3 on 2 cores: more threads than cores are rarely faster and often slower\n"],
  [2, 1, "note: --threads 2 on 1 core: more threads than cores are rarely faster and often slower\n"],
])("%i threads on %i cores", (threads, cores, said) => {
  const spy = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  noteThreads(threads, cores);
  const written = spy.mock.calls.map(([text]) => String(text)).join("");
  spy.mockRestore();
  expect(written).toBe(said);
});

test.runIf(availableParallelism() < 64)("a command says so, and --quiet does not", async () => {
  const threads = String(availableParallelism() + 1);
  const run = ["generate", "--model", fixture("tiny-tied"), "--tokens", "1", "--max-tokens", "1", "--threads", threads];
  expect((await tsgpt(run)).stderr).toMatch(new RegExp(`^note: --threads ${threads} on \\d+ cores?: `));
  expect((await tsgpt([...run, "--quiet"])).stderr).toBe("");
});
