/** What is dropped on the section Model: a folder, whose own files are taken, or files. */
import { expect, test } from "vitest";
import { droppedFiles } from "../src/components/model/dropped-files.ts";

interface Entry {
  readonly isFile: boolean;
  readonly fullPath: string;
}

const entryOf = (fullPath: string): Entry => {
  const file = (take: (file: File) => void) => take(new File(["x"], fullPath.split("/").at(-1) as string));
  return Object.assign({ isFile: true, fullPath }, { file });
};

/** Gives its entries in pieces, as browsers do. */
const folderOf = (fullPath: string, ...entries: Entry[]): Entry => {
  const pieces = [...entries.map((entry) => [entry]), []];
  const readEntries = (take: (some: Entry[]) => void) => take(pieces.shift() as Entry[]);
  return Object.assign({ isFile: false, fullPath }, { createReader: () => ({ readEntries }) });
};

const dropped = async (...entries: (Entry | null)[]) => {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  const files = await droppedFiles(items);
  return files.map(({ path, file }) => [path, file.name]);
};

test("a folder's files, with their paths; not those of the folders in it", async () => {
  const inner = folderOf("/gpt2/onnx", entryOf("/gpt2/onnx/config.json"));
  const folder = folderOf("/gpt2", entryOf("/gpt2/config.json"), inner, entryOf("/gpt2/model.safetensors"));
  expect(await dropped(folder)).toEqual([
    ["gpt2/config.json", "config.json"],
    ["gpt2/model.safetensors", "model.safetensors"],
  ]);
});

test("files that were dropped one by one, and text, which is no file", async () => {
  expect(await dropped(entryOf("/config.json"), null)).toEqual([["config.json", "config.json"]]);
});
