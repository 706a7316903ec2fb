/** Output files: refused before the work, written whole or not at all. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkWritable, writeText } from "../src/output/write-text.ts";
import { emptyFolder, fixture, MAIN } from "./process.ts";

test("a text replaces a file, and nothing else is left", async () => {
  const folder = emptyFolder();
  const file = join(folder, "a.html");
  writeFileSync(file, "old");
  await checkWritable(file, { devices: true });
  await writeText(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["a.html"]);
});

test("what a killed process with the same id left does not stop it", async () => {
  const folder = emptyFolder();
  const file = join(folder, "a.html");
  writeFileSync(`${file}.${process.pid}.partial`, "half");
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

test("a link stays a link to the file that is replaced", async () => {
  const folder = emptyFolder();
  const [file, link] = [join(folder, "a.html"), join(folder, "link")];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  await writeText(link, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder)).toEqual(["a.html", "link"]);
});

test.runIf(process.platform !== "win32")("a device is written to, where the command can", async () => {
  await checkWritable("/dev/null", { devices: true });
  await writeText("/dev/null", "x");
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  await expect(checkWritable("/dev/null", { devices: false })).rejects.toThrow("it exists and is not a file");
});

test("a folder, a missing folder and one without permission are refused beforehand", async () => {
  const folder = emptyFolder();
  await expect(checkWritable(folder, { devices: true })).rejects.toThrow("it exists and is not a file");
  await expect(checkWritable(join(folder, "no", "x"), { devices: true })).rejects.toThrow("ENOENT");
  chmodSync(folder, 0o555);
  if (process.getuid?.() !== 0)
    await expect(checkWritable(join(folder, "x"), { devices: true })).rejects.toThrow("EACCES");
  chmodSync(folder, 0o755);
});

test.runIf(process.platform === "linux")("/dev/stdout has the picture and then the totals, also in a file", () => {
  const file = join(emptyFolder(), "out");
  const output = openSync(file, "w");
  const args = [MAIN, "score", "a wolf", "--svg", "/dev/stdout", "--model", fixture("fairytales-1")];
  spawnSync(process.execPath, args, { stdio: ["ignore", output, "ignore"] });
  closeSync(output);
  expect(readFileSync(file, "utf8")).toMatch(/^<svg .*<\/svg>\n.*perplexity/s);
});
