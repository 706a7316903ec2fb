/** Where stdout and stderr lead to one place, the summary comes after the text, also through a pipe that is full. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { emptyFolder, fixture, MAIN } from "./process.ts";

const FULL_PIPE = 65_536; // bytes that a pipe holds on Linux

const folder = emptyFolder();
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const template = file("template.txt", "---\ngreedy: true\nmax-tokens: 4\n---\nOnce upon a time {{input}}\n");
const inputs = file("inputs.txt", `"king"\n`.repeat(200));
const text = file("text.txt", "Once upon a time there was a king. ".repeat(80));
const stories = ["--model", fixture("fairytales-1")];
const samples = "--tokens 1,2,3 --num-samples 1200 --seed 1 --max-tokens 20 --ignore-eos".split(" ");

describe.skipIf(process.platform === "win32").concurrent("the last line", () => {
  test.each([
    ["generate", [...samples, "--model", fixture("tiny-tied")], /^24000 tokens, .* seeds 1 to 1200$/],
    ["prompt", [...stories, template, "--file", inputs, "--json"], /^200 lines, /],
    ["score", [...stories, `@${text}`, "--csv"], /^loss .* nats per token/],
  ])("%s: is the summary", async (command, args, summary) => {
    const run = '"$0" "$@" 2>&1 | (head -c 1; sleep 2; cat)';
    const { stdout } = await promisify(execFile)("sh", ["-c", run, process.execPath, MAIN, command, ...args]);
    expect(stdout.length).toBeGreaterThan(FULL_PIPE);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => summary.test(line))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(summary);
  });
});
