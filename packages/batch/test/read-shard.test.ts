/** A shard's lines, each as text or with the reason why it has none. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkInput, LONGEST_LINE, readShard } from "../src/read-shard.ts";
import { planShards, type Shard } from "../src/shard.ts";
import { fileWith } from "./folder.ts";

async function linesOf(content: string | Uint8Array) {
  const path = fileWith(content);
  const [shard] = await planShards([path], 1 << 30);
  return readShard(path, shard as Shard);
}

test("ends lines at newlines alone, without a carriage return before one", async () => {
  expect(await linesOf("a\r\n\nb\u2028c\rd\n")).toEqual([{ text: "a" }, { text: "" }, { text: "b\u2028c\rd" }]);
});

test("removes a byte order mark at the start of the file, and nowhere else", async () => {
  expect(await linesOf("\uFEFFa\n\uFEFFb")).toEqual([{ text: "a" }, { text: "\uFEFFb" }]);
});

test("a line that is not UTF-8 is an error of its own", async () => {
  const bytes = Buffer.concat([Buffer.from("a\n"), Buffer.from([0xff, 0x0a]), Buffer.from("b\n")]);
  expect(await linesOf(bytes)).toEqual([{ text: "a" }, { error: "the line is not UTF-8 text" }, { text: "b" }]);
});

test("a line of the most bytes is read, and one byte more is an error", async () => {
  const [longest, tooLong, last] = await linesOf(`${"x".repeat(LONGEST_LINE)}\n${"y".repeat(LONGEST_LINE + 1)}\nz\n`);
  expect(longest).toEqual({ text: "x".repeat(LONGEST_LINE) });
  expect(tooLong).toEqual({ error: "the line has 1048577 bytes; a line has at most 1048576" });
  expect(last).toEqual({ text: "z" });
});

test("an input that changed is refused, with its lines", async () => {
  const path = fileWith("a\nb\nc\n");
  const shards = await planShards([path], 4);
  writeFileSync(path, "a\nX\nc\n");
  const changed =
    /in.jsonl", lines 1 to 2 are not what the batch began with; restore them, or give another output folder/;
  await expect(readShard(path, shards[0] as Shard)).rejects.toThrow(changed);
  await expect(checkInput(path, shards[0] as Shard)).rejects.toThrow(changed);
  await expect(checkInput(path, shards[1] as Shard)).resolves.toBeUndefined();
});
