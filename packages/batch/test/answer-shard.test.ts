/** Every line of a shard has one entry, whatever the answers' order; an answer too few or too many is an error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { type Answer, answerShard } from "../src/answer-shard.ts";
import { openManifest } from "../src/manifest.ts";
import { resultOf } from "../src/results.ts";
import { planShards, type Shard } from "../src/shard.ts";
import { fileWith } from "./folder.ts";

async function answered(answer: Answer): Promise<string> {
  const folder = emptyFolder();
  const path = fileWith("a\nb\n");
  const shards = await planShards([path], 100);
  const plan = { shardBytes: 100, inputs: [{ name: "in.jsonl", bytes: 4 }], shards };
  const manifest = openManifest(folder, plan, { digest: "run", settings: {} });
  const shard = shards[0] as Shard;
  const task = { folder, writer: "test", path, shard, result: resultOf(manifest, shard) };
  await answerShard(task, answer, () => {});
  const [name] = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
  return readFileSync(join(folder, name as string), "utf8");
}

test("entries are in order", async () => {
  const text = await answered(async (lines, { done }) => {
    for (const i of [1, 0]) done(i, JSON.stringify({ is: lines[i] }));
  });
  expect(text).toBe('{"line":1,"run":"run","is":"a"}\n{"line":2,"run":"run","is":"b"}\n');
});

test("a line that is answered twice, or not, is an error", async () => {
  await expect(
    answered(async (_, { done, failed }) => {
      done(0, "{}");
      failed(0, "{}");
    }),
  ).rejects.toThrow("line 1 was answered twice");
  await expect(answered(async (_, { done }) => done(0, '{"is":1}'))).rejects.toThrow("line 2 was not answered");
});
