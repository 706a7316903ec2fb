/** Ctrl-C, where a process would have to be met at the right moment: the signal is sent from within. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectCommand } from "../src/commands/detect.ts";
import { logitsCommand } from "../src/commands/logits.ts";
import { scoreCommand } from "../src/commands/score.ts";
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

test.each([0, 40])("score, interrupted %i turns after the start, writes nothing", async (turns) => {
  const html = join(emptyFolder(), "x.html");
  const common = { model: fixture("tiny-tied"), kernels: "reference", dtype: "auto", recipe: "transformers" } as const;
  const tokens = Array.from({ length: 2000 }, (_, i) => i % 61);
  const running = scoreCommand([], { ...common, tokens, stride: 1, top: 5, html });
  const outcome = expect(running).rejects.toMatchObject({ name: "AbortError" });
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  process.emit("SIGINT");
  await outcome;
  expect(existsSync(html)).toBe(false);
});

test("detect, interrupted while it rewrites, writes nothing", async () => {
  const common = { model: fixture("tiny-tied"), kernels: "reference", dtype: "auto", recipe: "transformers" } as const;
  const tokens = Array.from({ length: 24 }, (_, i) => i);
  const running = detectCommand(undefined, { ...common, tokens, perturbations: 10_000 });
  const outcome = expect(running).rejects.toMatchObject({ name: "AbortError" });
  for (let turn = 0; turn < 60; turn++) await new Promise(setImmediate);
  process.emit("SIGINT");
  await outcome;
});
