/** What an earlier process of the same id left half written, as in a container, where each has it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeNewFolder } from "../src/node/new-folder.ts";
import { writeSafetensorsFile } from "../src/node/write-safetensors-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TENSORS = [["x", { dtype: "F32", shape: [1], data: Float32Array.of(1) }]] as const;
const WEIGHTS = "model.safetensors";
const OWN = `${process.pid}.partial`;

/** Makes a file or folder look older than this process. */
function aged(path: string): string {
  utimesSync(path, 1, 1);
  return path;
}

test("a file is written where one was left", async () => {
  const path = join(folder, "x.safetensors");
  writeFileSync(`${path}.${OWN}`, "half");
  aged(`${path}.${OWN}`);
  await writeSafetensorsFile(path, TENSORS);
  expect(readdirSync(folder)).toEqual(["x.safetensors"]);
});

test("a file that this process is writing stays", async () => {
  const path = join(folder, "x.safetensors");
  writeFileSync(`${path}.${OWN}`, "half");
  await expect(writeSafetensorsFile(path, TENSORS)).rejects.toThrow("EEXIST");
  expect(readdirSync(folder)).toEqual([`x.safetensors.${OWN}`]);
});

test.each([
  ["beside a new folder", "new", `new.${OWN}`],
  ["in an empty one", "empty", join("empty", OWN)],
])("a folder is created where one was left %s", async (_, name, left) => {
  mkdirSync(join(folder, left), { recursive: true });
  writeFileSync(join(folder, left, "config.json"), "half");
  aged(join(folder, left));
  await writeNewFolder(join(folder, name), undefined, async (partial) => writeFileSync(join(partial, WEIGHTS), ""));
  expect(readdirSync(join(folder, name))).toEqual([WEIGHTS]);
  expect(existsSync(join(folder, left))).toBe(false);
});
