import { writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Model } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { validationData } from "../src/train/data.ts";
import type { Settings } from "../src/train/flags.ts";
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

test.each(["my story.txt", "a/b my story.en.md", "./my story", "~/my stories/one", "/my stories/one"])(
  "%j, which does not exist, is not taken for a text",
  (name) => {
    expect(() => textSource(name)).toThrow(`${JSON.stringify(name)} does not exist; a text that looks like`);
  },
);

test.each(["The end.", "He paid 3.50", "One or two/three", "A line\nstory.txt", `${"long ".repeat(60)}story.txt`])(
  "%j is a text",
  (typed) => {
    expect(textSource(typed)).toEqual({ typed });
  },
);

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

test("a validation text that is too short is named", async () => {
  const path = join(emptyFolder(), "short.txt");
  writeFileSync(path, "x");
  const tokenizer = { encode: (text: string) => (text === "x" ? [0] : [0, 0]) }; // one token, and no end-of-text mark
  const model = { config: { vocabSize: 1 }, tokenizer } as unknown as Model;
  await expect(validationData(path, model, { context: 4 } as Settings, signal)).rejects.toThrow(
    `--validation ${JSON.stringify(path)}: the text has 1 tokens; to score one takes 2`,
  );
});
