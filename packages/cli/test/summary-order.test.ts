/** Where stdout and stderr lead to one place, the summary comes after the text, also through a pipe that is full. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fixture, MAIN } from "./process.ts";

const FULL_PIPE = 65_536; // bytes that a pipe holds on Linux

test.skipIf(process.platform === "win32")("the summary is the last line", async () => {
  const options = "--tokens 1,2,3 --num-samples 1200 --seed 1 --max-tokens 20 --ignore-eos";
  const command = `"$0" "$1" generate --model "$2" ${options} 2>&1 | (sleep 2; cat)`;
  const { stdout } = await promisify(execFile)("sh", ["-c", command, process.execPath, MAIN, fixture("tiny-tied")]);
  expect(stdout.length).toBeGreaterThan(FULL_PIPE);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.filter((line) => line.includes("tokens/s"))).toEqual([expect.stringMatching(/^24000 tokens, /)]);
  expect(lines.at(-1)).toMatch(/^24000 tokens, .* seeds 1 to 1200$/);
});
