/** tsgpt train, killed, and interrupted by Ctrl-C: what is lost is less than an interval, and the rest is the same bits. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { openRun } from "../src/train/run-folder.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { emptyFolder, fixture, MAIN, spawned, tsgpt } from "./process.ts";

const BATCHES = join(fixture("training"), "batches.safetensors");
const STEPS = ["--steps", "30", "--save-every", "4", "--threads", "1"];
const RUN = ["--from", fixture("tiny-tied"), "--batches", BATCHES, ...STEPS];
const KILLS = FULL ? 12 : 1;

const stepsOf = (log: string) =>
  readFileSync(log, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .filter(({ loss }) => loss !== undefined)
    .map(({ step, loss, gradientNorm }) => ({ step, loss, gradientNorm }));

/** Kills the process with SIGKILL once its log has so many lines more than before; undefined if it ended before. */
async function killed(args: readonly string[], log: string, lines: number): Promise<void> {
  const count = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0);
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore", env: cleanEnvironment() });
  const closed = once(child, "close");
  let isOpen = true;
  void closed.then(() => {
    isOpen = false;
  });
  while (isOpen && count() < lines) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await closed;
}

test("killed, interrupted and resumed, a run has the losses and the model of an undisturbed one", {
  timeout: 120_000,
}, async () => {
  const folder = emptyFolder();
  const [output, log, whole, wholeLog] = ["run", "run.jsonl", "whole", "whole.jsonl"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const first = ["train", ...RUN, "--output", output, "--log", log];
  await killed(first, log, 6);
  for (let kill = 1; kill < KILLS; kill++) {
    await killed(existsSync(output) ? ["train", "--output", output, "--resume"] : first, log, 2 * kill + 6);
  }
  writeFileSync(join(output, "checkpoint.safetensors.4194305.partial"), "of a killed process, above the highest pid");
  const stopped = await spawned(["train", "--output", output, "--resume", "--threads", "2"], { interruptAfter: 10 });
  const before = stepsOf(log).length;
  expect([stopped.code, stopped.stderr.split("\n").at(-2)]).toEqual([
    130,
    `stopped after step ${before}, which is saved; continue with: tsgpt train --output ${output} --resume`,
  ]);
  expect(existsSync(join(output, "checkpoint.safetensors.4194305.partial"))).toBe(false);
  expect((await tsgpt(["train", "--output", output, "--resume"])).code).toBe(0);
  await tsgpt(["train", ...RUN, "--output", whole, "--log", wholeLog]);
  expect(stepsOf(log)).toEqual(stepsOf(wholeLog));
  expect(stepsOf(log)).toHaveLength(30);
  const model = (of: string) => readFileSync(join(of, "model.safetensors"));
  expect(model(output).equals(model(whole))).toBe(true);
});

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s saves the run and exits with code %i", async (interruptBy, code) => {
  const output = join(emptyFolder(), "run");
  const long = ["--steps", "100", "--save-every", "100", "--threads", "1"];
  const args = ["train", "--from", fixture("tiny-tied"), "--batches", BATCHES, ...long, "--output", output];
  const stopped = await spawned(args, { interruptAfter: 10, interruptBy });
  expect(stopped.code).toBe(code);
  const [, step] = /^stopped after step (\d+), which is saved; continue with: tsgpt/m.exec(stopped.stderr) ?? [];
  const saved = await openRun(output);
  await saved.close();
  expect(saved.step).toBe(Number(step));
});
