/** A run killed between any two operations on its files: what is there is whole, and the same run finishes the rest. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { cleanEnvironment } from "../../cli/test/clean-environment.ts";
import { emptyFolder } from "../../cli/test/process.ts";
import { checkBatch } from "../src/merge.ts";
import { echoBatch, mergedText } from "./echo-batch.ts";
import { fileWith } from "./folder.ts";

const RUN = fileURLToPath(new URL("queue-run.js", import.meta.url));
const KILLER = new URL("kill-at.js", import.meta.url).href;
const INPUT = fileWith("a\nb\nc\nd\n");
const EXPECTED = ["a", "b", "c", "d"].map((input, i) => `${JSON.stringify({ line: i + 1, run: "run", input })}\n`);

/** Runs a batch of two shards; true if it was killed before its operation `at`. */
async function isKilled(folder: string, at: number): Promise<boolean> {
  const batch = JSON.stringify({ ...echoBatch([INPUT], { folder }), signal: undefined });
  const env = { ...cleanEnvironment(), KILL_FOLDER: folder, KILL_AT: String(at) };
  const child = spawn(process.execPath, ["--import", KILLER, RUN, batch], { env, stdio: "ignore" });
  const [code, signal] = await once(child, "exit");
  expect([code, signal]).toEqual(signal === null ? [0, null] : [null, "SIGKILL"]);
  return signal !== null;
}

/** Each operation in the full run, else some. */
const STEP = FULL ? 1 : 9;

test.skipIf(process.platform === "win32")(
  "a run killed before any of its operations is finished by the same run, and leaves nothing",
  { timeout: 120_000 },
  async () => {
    let at = 1;
    for (; ; at += STEP) {
      const folder = join(emptyFolder(), "out");
      const wasKilled = await isKilled(folder, at);
      const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".jsonl")).length : 0;
      if (wasKilled) await isKilled(folder, 0);
      expect(await checkBatch(folder)).toEqual({ shards: 2, lines: 4, failures: 0 });
      expect(await mergedText(folder)).toBe(EXPECTED.join(""));
      expect(readdirSync(join(folder, "partial"))).toEqual([]);
      if (!wasKilled) return expect([at >= 20, found]).toEqual([true, 2]);
    }
  },
);
