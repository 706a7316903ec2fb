/** Files that are written whole, by one writer. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { removePartials, writeOnce } from "../src/exactly-once.ts";

test("the first writer wins, and leaves nothing beside", () => {
  const folder = emptyFolder();
  expect(writeOnce(folder, "a", ["one", " two"])).toBe(true);
  expect(writeOnce(folder, "a", ["three"])).toBe(false);
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("one two");
  expect(readdirSync(join(folder, "partial"))).toEqual([]);
});

test("a writer that fails leaves nothing", () => {
  const folder = emptyFolder();
  const pieces = function* () {
    yield "half";
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  expect(() => writeOnce(folder, "a", pieces())).toThrow(
    `cannot write ${JSON.stringify(join(folder, "a"))}: ENOSPC: no space left on device, write; ` +
      "make space and start the same run again: what is finished is kept",
  );
  expect(existsSync(join(folder, "a"))).toBe(false);
  expect(readdirSync(join(folder, "partial"))).toEqual([]);
});

test("a writer whose partial file is removed by the one that won has lost, without an error", () => {
  const folder = emptyFolder();
  const pieces = function* () {
    yield "mine";
    writeOnce(folder, "a", ["theirs"]);
    removePartials(folder, (name) => name === "a");
  };
  expect(writeOnce(folder, "a", pieces())).toBe(false);
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("theirs");
});

test("what a killed writer left is removed with the file that it was for", () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "partial"));
  for (const name of ["a.1", "a.b.1", "b.1"]) writeFileSync(join(folder, "partial", name), "half");
  removePartials(folder, (name) => name === "a");
  expect(readdirSync(join(folder, "partial"))).toEqual(["a.b.1", "b.1"]);
});

test("a folder that is a file is named", () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "file"), "");
  expect(() => writeOnce(join(folder, "file"), "a", [])).toThrow(/cannot write ".*file.a": (ENOTDIR|EEXIST)/);
});
