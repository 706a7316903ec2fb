/** tsgpt batch merge in this process: what it writes beside its output, and Ctrl-C while it checks. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runBatch } from "@tsgpt/batch";
import { expect, test } from "vitest";
import { echoBatch } from "../../batch/test/echo-batch.ts";
import { fileWith } from "../../batch/test/folder.ts";
import { mergeBatch } from "../src/commands/batch/merge.ts";
import { emptyFolder } from "./process.ts";

/** A batch whose answers are an object's, as those of tsgpt. */
async function finished(): Promise<string> {
  const batch = echoBatch([fileWith("a\nb\nc\n")], { data: { key: "text" } });
  await runBatch(batch);
  return batch.folder;
}

test("what another process of the same number left beside the output is no obstacle, and stays", async () => {
  const output = join(emptyFolder(), "joined.jsonl");
  const left = `${output}.${process.pid}.partial`;
  writeFileSync(left, "another's");
  await mergeBatch(await finished(), { output, quiet: true });
  expect(readFileSync(output, "utf8").split("\n").length).toBe(4);
  expect(readFileSync(left, "utf8")).toBe("another's");
  expect(readdirSync(join(output, "..")).length).toBe(2);
});

test("Ctrl-C ends the check", async () => {
  const folder = await finished();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl")))
    writeFileSync(join(folder, name), "damaged\n");
  const output = join(emptyFolder(), "joined.jsonl");
  const running = mergeBatch(folder, { output, quiet: true });
  const outcome = expect(running).rejects.toMatchObject({ name: "AbortError" });
  process.emit("SIGINT");
  await outcome;
  expect(readdirSync(join(output, ".."))).toEqual([]);
});
