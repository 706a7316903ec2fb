import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "@tsgpt/tensor";
import { newProgress, type Training } from "@tsgpt/train";
import { expect, test } from "vitest";
import { openLog } from "../src/train/log-file.ts";
import { checkNewFolder, createRunFolder, mendModel, openRun, saveRun } from "../src/train/run-folder.ts";
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

test("opening removes what a killed process left, of this one's id too, and nothing of a living one", async () => {
  const folder = emptyFolder();
  await createRunFolder(folder, new Map(), training(), {});
  const names = ["checkpoint.safetensors", "model.safetensors", "loss.svg"];
  const dead = names.flatMap((name) => [`${name}.4194305.partial`, `${name}.${process.pid}.partial`]);
  const alive = `model.safetensors.${process.ppid}.partial`;
  for (const name of [...dead, alive, "model.safetensors.x.partial"]) writeFileSync(join(folder, name), "");
  await (await openRun(folder)).close();
  const left = readdirSync(folder).filter((name) => name.endsWith(".partial"));
  expect(left.sort()).toEqual([alive, "model.safetensors.x.partial"].sort());
  await saveRun(folder, training(1), {});
});

test("a run begins where a process was killed as it created the folder, of this one's id too", async () => {
  const [parent, mine] = [emptyFolder(), emptyFolder()];
  const dead = [`run.${process.pid}.partial`, "run.4194305.partial"];
  const others = [`run.${process.ppid}.partial`, "other.4194305.partial"];
  for (const name of [...dead, ...others]) mkdirSync(join(parent, name));
  writeFileSync(join(parent, dead[0] as string, "model.safetensors"), "half");
  await checkNewFolder(join(parent, "run"));
  expect(readdirSync(parent).sort()).toEqual(others.sort());
  await createRunFolder(join(parent, "run"), new Map(), training(), {});
  mkdirSync(join(mine, `${process.pid}.partial`));
  await checkNewFolder(mine);
  await createRunFolder(mine, new Map(), training(), {});
  mkdirSync(join(parent, "held", `${process.ppid}.partial`), { recursive: true });
  await expect(checkNewFolder(join(parent, "held"))).rejects.toThrow("it exists and is not empty");
});

test("what looks like a leftover stays in a folder with other files", async () => {
  const folder = emptyFolder();
  for (const name of ["4194305.partial", "mine"]) writeFileSync(join(folder, name), "");
  await expect(checkNewFolder(folder)).rejects.toThrow("it exists and is not empty");
  expect(readdirSync(folder)).toEqual(["4194305.partial", "mine"]);
});

test("a model of an earlier step is written anew, one with the weights of the checkpoint is not touched", async () => {
  const folder = emptyFolder();
  const path = join(folder, "model.safetensors");
  await createRunFolder(folder, new Map(), training(1), {});
  const old = readFileSync(path);
  await saveRun(folder, training(2), {});
  const current = readFileSync(path);
  const { mtimeMs } = statSync(path);
  await mendModel(folder, training(2).learner);
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  writeFileSync(path, old);
  await mendModel(folder, training(2).learner);
  expect(readFileSync(path).equals(current)).toBe(true);
  expect(old.equals(current)).toBe(false);
});

test("a log is opened where a process was killed as it wrote one, of this one's id too", async () => {
  const folder = emptyFolder();
  const path = join(folder, "log.jsonl");
  writeFileSync(path, '{"step":1}\n');
  for (const pid of [process.pid, 4194305]) writeFileSync(`${path}.${pid}.partial`, "half");
  (await openLog(path, 1)).close();
  expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["log.jsonl"], '{"step":1}\n']);
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
