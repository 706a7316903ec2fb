import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocuments, textSource } from "../src/train/texts.ts";
import { emptyFolder } from "./process.ts";

const { signal } = new AbortController();

test("a word is a file, and so is @word; what has a space and is no file is the text; - is standard input", () => {
  expect(textSource("story.txt")).toEqual({ file: join(process.cwd(), "story.txt") });
  expect(textSource("@~/my story.txt")).toEqual({ file: join(homedir(), "my story.txt") });
  expect(textSource("Once upon a time")).toEqual({ typed: "Once upon a time" });
  expect(textSource("@@home")).toEqual({ typed: "@home" });
  expect(textSource("-")).toEqual({ stdin: true });
  expect(() => textSource("")).toThrow("a text must not be empty");
});

test("a file with a space in its name is found", () => {
  const path = join(emptyFolder(), "my story.txt");
  writeFileSync(path, "x");
  expect(textSource(path)).toEqual({ file: path });
});

test("documents of several texts come in their order, cut at the end-of-text marks", async () => {
  const path = join(emptyFolder(), "tales.txt");
  writeFileSync(path, "One.\n<|endoftext|>\nTwo.\n");
  expect(await readDocuments([{ file: path }, { typed: "Three here." }], signal)).toEqual([
    "One.",
    "Two.",
    "Three here.",
  ]);
});
