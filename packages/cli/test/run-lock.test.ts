import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkUnlocked, LOCK, lockRun, lockText, unlockRun } from "../src/train/run-lock.ts";
import { emptyFolder } from "./process.ts";

test("a folder that another process trains in is refused, with its id and a way out", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, LOCK), `${process.ppid}\n`);
  const message = `process ${process.ppid} trains in ${JSON.stringify(folder)}; wait for it, end it, or if it is another program, delete its train.lock`;
  await expect(lockRun(folder)).rejects.toThrow(message);
  await expect(checkUnlocked(folder)).rejects.toThrow(message);
  expect(readFileSync(join(folder, LOCK), "utf8")).toBe(`${process.ppid}\n`);
});

test.each(["4194305\n", `${process.pid}\n`, "", "not a number"])(
  "a lock of no other process, %j, is replaced",
  async (text) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, LOCK), text);
    await lockRun(folder);
    expect(readFileSync(join(folder, LOCK), "utf8")).toBe(lockText());
  },
);

test("a folder that is given back is free", async () => {
  const folder = emptyFolder();
  await lockRun(folder);
  await unlockRun(folder);
  await expect(checkUnlocked(folder)).resolves.toBeUndefined();
  expect(() => readFileSync(join(folder, LOCK))).toThrow("ENOENT");
});
