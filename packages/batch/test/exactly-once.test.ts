/** Files that are written whole, by one writer. */
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { removePartials, removePartialsOf, writeOnce } from "../src/exactly-once.ts";

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

test("a writer that fails after another has won has lost, without an error", () => {
  const folder = emptyFolder();
  const pieces = function* () {
    yield "mine";
    writeOnce(folder, "a", ["theirs"]);
    throw Object.assign(new Error("ESTALE: stale file handle, write"), { code: "ESTALE" });
  };
  expect(writeOnce(folder, "a", pieces())).toBe(false);
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("theirs");
  expect(readdirSync(join(folder, "partial"))).toEqual([]);
});

test("pieces of any length are written in order, few at a time", () => {
  const folder = emptyFolder();
  const lengths = [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3, 5 << 20, 7];
  const pieces = lengths.map((length, i) => Buffer.alloc(length, i));
  writeOnce(folder, "a", pieces);
  expect(Buffer.concat(pieces).equals(readFileSync(join(folder, "a")))).toBe(true);
  const write = vi.spyOn(fs, "writeFileSync");
  syncBuiltinESMExports();
  try {
    writeOnce(folder, "b", Array(300_000).fill("line\n"));
    expect(write).toHaveBeenCalledTimes(2);
  } finally {
    write.mockRestore();
    syncBuiltinESMExports();
  }
  expect(readFileSync(join(folder, "b"), "utf8")).toBe("line\n".repeat(300_000));
});

test("what cannot be removed stays, without an error", () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "partial", "a.1"), { recursive: true }); // as a file that another machine has open
  writeFileSync(join(folder, "partial", "a.2"), "half");
  removePartials(folder, () => true);
  expect(readdirSync(join(folder, "partial"))).toEqual(["a.1"]);
  const other = emptyFolder();
  writeFileSync(join(other, "partial"), "no folder");
  removePartials(other, () => true);
});

test("what a writer that was ended left is removed, whatever it was for, and nothing else", () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "partial"));
  for (const name of ["a.one-1", "b.c.one-2", "a.two-1", "one-1.two-1"])
    writeFileSync(join(folder, "partial", name), "half");
  removePartialsOf(folder, "one");
  expect(readdirSync(join(folder, "partial"))).toEqual(["a.two-1", "one-1.two-1"]);
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
