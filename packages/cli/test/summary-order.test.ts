/** Where stdout and stderr lead to one place, the summary comes after the text, also through a pipe that is full. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { emptyFolder, fixture, MAIN } from "./process.ts";

const FULL_PIPE = 65_536; // bytes that a pipe holds on Linux

const folder = emptyFolder();
const [template, inputs] = [join(folder, "template.txt"), join(folder, "inputs.txt")];
writeFileSync(template, "---\ngreedy: true\nmax-tokens: 4\n---\nOnce upon a time {{input}}\n");
writeFileSync(inputs, `"king"\n`.repeat(200));
const text = "Once upon a time there was a king. ".repeat(31);
// Each prints a little more than a pipe holds, so that its end is still in the stream's buffer.
const stories = ["--model", fixture("fairytales-1")];
const samples = "--tokens 1,2,3 --num-samples 1050 --seed 1 --max-tokens 20 --ignore-eos".split(" ");

describe.skipIf(process.platform === "win32").concurrent("the last line", () => {
  test.each([
    ["generate", [...samples, "--model", fixture("tiny-tied")], /^21000 tokens, .* seeds 1 to 1050$/],
    ["prompt", [...stories, template, "--file", inputs, "--json"], /^200 lines, /],
    ["score", [...stories, text, "--csv"], /^loss .* nats per token/],
  ])("%s: is the summary", async (command, args, summary) => {
    const run = '"$0" "$@" 2>&1 | (head -c 1; sleep 4; cat)';
    const { stdout } = await promisify(execFile)("sh", ["-c", run, process.execPath, MAIN, command, ...args]);
    expect(stdout.length).toBeGreaterThan(FULL_PIPE);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => summary.test(line))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(summary);
  });
});
