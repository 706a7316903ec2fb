import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "@tsgpt/tensor";
import { newProgress, type Training } from "@tsgpt/train";
import { expect, test } from "vitest";
import { openLog } from "../src/train/log-file.ts";
import { checkNewFolder, createRunFolder, openRun, saveRun } from "../src/train/run-folder.ts";
import { LOCK } from "../src/train/run-lock.ts";
import { emptyFolder } from "./process.ts";

/** A run of one parameter. */
function training(step = 0): Training {
  const value = new Tensor(Float32Array.of(step, 2), [2]);
  const parameters = [{ name: "ln_f.bias", value, gradient: Tensor.zeros([2]) }];
  return {
    learner: { parameters } as unknown as Training["learner"],
    optimizer: { state: new Map(), update: () => {} },
    batches: { position: () => ({ step }) } as unknown as Training["batches"],
    progress: { ...newProgress(), step },
  };
}

test("a folder is created whole, with its files, a model and a checkpoint", async () => {
  const folder = join(emptyFolder(), "run");
  await checkNewFolder(folder);
  await createRunFolder(folder, new Map([["config.json", "{}"]]), training(3), { mine: 1 });
  expect(readdirSync(folder).sort()).toEqual([
    "checkpoint.safetensors",
    "config.json",
    "model.safetensors",
    "train.lock",
  ]);
  const run = await openRun(folder);
  expect([run.step, run.notes]).toEqual([3, { mine: 1 }]);
  await run.close();
  await expect(checkNewFolder(folder)).rejects.toThrow("it exists and is not empty; --resume continues the run in it");
});

test("a checkpoint that cannot be written leaves the folder as it was", async () => {
  const folder = emptyFolder();
  await createRunFolder(folder, new Map(), training(1), {});
  rmSync(join(folder, "model.safetensors"));
  mkdirSync(join(folder, "model.safetensors")); // a file cannot replace a folder
  const before = readFileSync(join(folder, "checkpoint.safetensors"));
  rmSync(join(folder, "checkpoint.safetensors"));
  mkdirSync(join(folder, "checkpoint.safetensors"));
  await expect(saveRun(folder, training(2), {})).rejects.toThrow("EISDIR");
  expect(readdirSync(folder).sort()).toEqual(["checkpoint.safetensors", "model.safetensors", "train.lock"]); // nothing half written
  rmSync(join(folder, "checkpoint.safetensors"), { recursive: true });
  writeFileSync(join(folder, "checkpoint.safetensors"), before);
  const run = await openRun(folder);
  expect(run.step).toBe(1);
  await run.close();
});

test("a file where the folder should be is refused", async () => {
  const path = join(emptyFolder(), "file");
  writeFileSync(path, "");
  await expect(checkNewFolder(path)).rejects.toThrow("it exists and is not a directory");
});

test("opening removes what a killed process left, and nothing of a living one", async () => {
  const folder = emptyFolder();
  await createRunFolder(folder, new Map(), training(), {});
  const [dead, alive] = ["checkpoint.safetensors.4194305.partial", `model.safetensors.${process.pid}.partial`];
  for (const name of [dead, alive, "model.safetensors.x.partial"]) writeFileSync(join(folder, name), "");
  await (await openRun(folder)).close();
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([alive, "model.safetensors.x.partial"]));
  expect(readdirSync(folder)).not.toContain(dead);
});

test("a log of a new run replaces the file; of a resumed one it keeps whole lines up to the step", async () => {
  const path = join(emptyFolder(), "log.jsonl");
  writeFileSync(path, '{"step":1}\nnot JSON\n{"step":2,"sample":"x"}\n{"step":3}\n{"st');
  const resumed = await openLog(path, 2);
  resumed.write({ step: 3, sample: "y" });
  resumed.close();
  expect(readFileSync(path, "utf8")).toBe('{"step":1}\n{"step":2,"sample":"x"}\n{"step":3,"sample":"y"}\n');
  (await openLog(path, 0)).close();
  expect(readFileSync(path, "utf8")).toBe("");
});

test("a folder that another process trains in is neither begun nor resumed", async () => {
  const folder = emptyFolder();
  await createRunFolder(folder, new Map(), training(), {});
  writeFileSync(join(folder, LOCK), `${process.ppid}\n`);
  const message = `process ${process.ppid} trains in`;
  await expect(checkNewFolder(folder)).rejects.toThrow(message);
  await expect(openRun(folder)).rejects.toThrow(message);
  await expect(openRun(folder)).rejects.toThrow(message); // the refusal took nothing
});

test("a folder in a folder that does not exist is refused before anything is prepared", async () => {
  const parent = join(emptyFolder(), "missing");
  await expect(checkNewFolder(join(parent, "run"))).rejects.toThrow(
    `there is no folder ${JSON.stringify(parent)}; create it first`,
  );
});
