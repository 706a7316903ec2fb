/** Ctrl-C, where a process would have to be met at the right moment: the signal is sent from within. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logitsCommand } from "../src/commands/logits.ts";
import { emptyFolder, fixture } from "./process.ts";

test.each([0, 40])("logits, interrupted %i turns after the start, writes nothing", async (turns) => {
  const folder = emptyFolder();
  const tokens = Array.from({ length: 24 }, (_, i) => i);
  const running = logitsCommand({
    model: fixture("tiny-tied"),
    tokens,
    output: join(folder, "x.safetensors"),
    cache: "step",
    kernels: "reference",
    dtype: "auto",
  });
  const outcome = expect(running).rejects.toMatchObject({ name: "AbortError" });
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  process.emit("SIGINT");
  await outcome;
  expect(readdirSync(folder)).toEqual([]);
});
