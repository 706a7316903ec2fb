/** Output files: refused before the work, written whole or not at all. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkWritable, writeText } from "../src/output/write-text.ts";
import { emptyFolder } from "./process.ts";

test("a text replaces a file, and nothing else is left", async () => {
  const folder = emptyFolder();
  const file = join(folder, "a.html");
  writeFileSync(file, "old");
  await checkWritable(file);
  await writeText(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["a.html"]);
});

test("a failure leaves the old file, and nothing half written", async () => {
  const folder = emptyFolder();
  const taken = join(folder, "taken");
  mkdirSync(join(taken, "inside"), { recursive: true }); // a folder cannot be replaced by a file
  await expect(writeText(taken, "new")).rejects.toThrow(`cannot write ${JSON.stringify(taken)}: `);
  expect(readdirSync(folder)).toEqual(["taken"]);
  const missing = join(folder, "no", "a.html");
  await expect(writeText(missing, "new")).rejects.toThrow(`cannot write ${JSON.stringify(missing)}: ENOENT`);
});

test("a folder, a missing folder and one without permission are refused beforehand", async () => {
  const folder = emptyFolder();
  await expect(checkWritable(folder)).rejects.toThrow("it exists and is not a file");
  await expect(checkWritable(join(folder, "no", "x"))).rejects.toThrow("ENOENT");
  chmodSync(folder, 0o555);
  if (process.getuid?.() !== 0) await expect(checkWritable(join(folder, "x"))).rejects.toThrow("EACCES");
  chmodSync(folder, 0o755);
});
