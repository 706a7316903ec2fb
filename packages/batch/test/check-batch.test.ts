/** The check of a batch's results before they are joined. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { checkBatch } from "../src/merge.ts";
import { runBatch } from "../src/run-batch.ts";
import { echoBatch } from "./echo-batch.ts";
import { fileWith } from "./folder.ts";

const SIX = fileWith("a\nb\nc\nd\ne\nf\n");
const results = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

describe("checkBatch refuses", () => {
  async function damagedBy(change: (text: string) => string | undefined): Promise<string> {
    const batch = echoBatch([SIX]);
    await runBatch(batch);
    for (const name of results(batch.folder)) {
      const path = join(batch.folder, name);
      const text = readFileSync(path, "utf8");
      if (!text.startsWith('{"line":3,')) continue;
      const changed = change(text);
      if (changed === undefined) rmSync(path);
      else writeFileSync(path, changed);
    }
    return batch.folder;
  }

  test.each<[string, (text: string) => string | undefined, RegExp]>([
    [
      "missing results",
      () => undefined,
      /lacks 1 of 3 shards, 2 lines; the first are lines 3 to 4 of in.jsonl \(shard 1\); run the batch again to finish it/,
    ],
    ["a cut", (text) => text.slice(0, 40), /its line 2 is not the entry of line 4; delete it and run the batch again/],
    ["a missing line", (text) => text.slice(0, text.indexOf("\n") + 1), /is damaged: it has 1 entries for 2 lines/],
    ["a line twice", (text) => text + text, /its line 3 is not the entry of line 5/],
    [
      "another order",
      (text) => text.split("\n").reverse().join("\n").slice(1),
      /its line 1 is not the entry of line 3/,
    ],
    ["another run", (text) => text.replace('"run"', '"RUN"'), /its line 1 is not the entry of line 3/],
    ["a last line without its end", (text) => text.slice(0, -1), /is damaged: its last line has no end; delete it/],
    [
      "an empty error",
      (text) => text.replace('"input":"c"', '"error":""'),
      /its line 1 has neither an answer nor an er/,
    ],
    [
      "an error that is no text",
      (text) => text.replace('"input":"c"', '"error":1'),
      /its line 1 has neither an answer/,
    ],
  ])("%s", async (_, change, message) => {
    await expect(checkBatch(await damagedBy(change))).rejects.toThrow(message);
  });

  test("an entry with nothing but what is copied from the input", async () => {
    const batch = echoBatch([SIX]);
    await runBatch(batch);
    await expect(checkBatch(batch.folder, ["input"])).rejects.toThrow(/its line 1 has neither an answer nor an error/);
  });

  test("a folder without a batch", async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "partial"));
    await expect(checkBatch(folder)).rejects.toThrow(/is not the output of a batch: it has no batch.json/);
    expect(existsSync(join(folder, "batch.json"))).toBe(false);
  });
});

test("checkBatch ends at the signal", async () => {
  const batch = echoBatch([SIX]);
  await runBatch(batch);
  await expect(checkBatch(batch.folder, [], AbortSignal.abort())).rejects.toThrow("This operation was aborted");
});
