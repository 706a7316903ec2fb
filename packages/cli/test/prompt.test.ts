/** tsgpt prompt as a user meets it: what it prints, what it refuses, and a run that is interrupted and killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { fails } from "./fails.ts";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture, MAIN, tsgpt } from "./process.ts";

const schema = JSON.parse(readFileSync(new URL("../schemas/prompt.json", import.meta.url), "utf8"));
const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];

const folder = emptyFolder();
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const plain = file("plain.txt", "{{input}}\n");
const greedy = file("greedy.txt", "---\ngreedy: true\nmax-tokens: 4\n---\nOnce upon a time {{input}}\n");
const choosing = file("choosing.txt", '---\nchoices: [" his", " her own"]\n---\nThe {{input}} took\n');

const PROMPT = ["prompt", ...MODEL];

describe.concurrent("tsgpt prompt", () => {
  test("generates what generate does after the filled template, and prints it alone", async () => {
    const { stdout, stderr, code } = await tsgpt([...PROMPT, greedy, "--input", "a king"]);
    const generated = await tsgpt([
      "generate",
      "Once upon a time a king",
      ...MODEL,
      "--greedy",
      "--max-tokens",
      "4",
      "--quiet",
    ]);
    expect(`Once upon a time a king${stdout}`).toBe(generated.stdout);
    expect(stderr).toMatch(/^4 tokens, [\d.]+ s, [\d.]+ tokens\/s\n$/);
    expect(code).toBe(0);
  });

  test("--json has the prompt, the text and its tokens, and no timings", async () => {
    const { stdout } = await tsgpt([...PROMPT, greedy, "--input", "a king", "--json", "--temperature", "1", "--quiet"]);
    const found = JSON.parse(stdout);
    expect(violations(found, schema)).toEqual([]);
    expect(found).toMatchObject({ input: "a king", prompt: "Once upon a time a king", seed: 0 });
    expect(found.tokens.map(({ text }: { text: string }) => text).join("")).toBe(found.text);
  });

  test("prints the chosen answer, and a table of all scores on stderr", async () => {
    const { stdout, stderr } = await tsgpt([...PROMPT, choosing, "--input", "queen", "--normalize", "prior"]);
    expect(stdout).toBe(" her own\n");
    expect(stderr).toMatch(
      /^choice +none +length +prior +tokens\n" his" +(-?\d+\.\d{3} +){3}1\n" her own" +(-?\d+\.\d{3} +){3}2 {2}chosen\nscores in nats; compared by prior\n$/,
    );
  });

  test("--json has every choice's tokens and scores", async () => {
    const { stdout } = await tsgpt([...PROMPT, choosing, "--input", "queen", "--json", "--quiet"]);
    const found = JSON.parse(stdout);
    expect(violations(found, schema)).toEqual([]);
    expect(found.choices.map(({ choice }: { choice: string }) => choice)).toEqual([" his", " her own"]);
    expect(found.choices.find(({ chosen }: { chosen: boolean }) => chosen).choice).toBe(found.chosen);
    const [, own] = found.choices;
    expect(own.tokens.map(({ text }: { text: string }) => text)).toEqual([" her", " own"]);
    expect(own.scores.length).toBe(own.logprob / 2);
    expect(own.scores.none).toBe(own.logprob);
  });

  test("--file writes a line for each, a summary, and exits with 1 if one failed", async () => {
    const lines = file("in.jsonl", '{"input": "queen", "id": 1}\n{\n"king"\n');
    const { stdout, stderr, code } = await tsgpt([...PROMPT, choosing, "--file", lines]);
    const entries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const entry of entries) expect(violations(entry, schema)).toEqual([]);
    expect(entries.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(stderr).toMatch(/^3 lines, 1 failed, [\d.]+ s\n$/);
    expect(code).toBe(1);
  });

  test("an input that is too long is an error", () =>
    fails(
      1,
      [...PROMPT, choosing, "--input", "wolf ".repeat(600)],
      /prompt and choice have \d+ tokens; the model takes 512/,
    ));
});

describe.concurrent("refused:", () => {
  const tiny = ["prompt", "--model", fixture("tiny-tied")];
  test.each<[string, 1 | 2, string[], RegExp]>([
    ["no input", 2, [plain], /give an input: --input TEXT, or --file IN.jsonl/],
    ["two inputs", 2, [plain, "--input", "x", "--file", "y"], /cannot be used with/],
    [
      "--output without --file",
      2,
      [plain, "--input", "x", "--output", "y"],
      /--output does nothing without --file; give that too/,
    ],
    [
      "--resume without --output",
      2,
      [plain, "--file", "y", "--resume"],
      /--resume does nothing without --output; give that too/,
    ],
    ["one choice", 2, [plain, "--input", "x", "--choices", "a"], /must be two choices or more: Positive,Negative/],
    ["a template that is not there", 1, ["no.txt", "--input", "x"], /cannot read "no.txt": ENOENT/],
    [
      "a template without {{input}}",
      1,
      [file("none.txt", "Hello\n"), "--input", "x"],
      /none.txt: the template has no {{input}}/,
    ],
    [
      "an unknown key",
      1,
      [file("key.txt", "---\ntop_k: 3\n---\n{{input}}"), "--input", "x"],
      /key.txt: line 2: unknown key "top_k"; did you mean "top-k"\?/,
    ],
    ["a file that is not there", 1, [plain, "--file", "no.jsonl"], /cannot read "no.jsonl": ENOENT/],
    [
      "an output that exists",
      1,
      [plain, "--file", file("one.jsonl", '"x"\n'), "--output", file("there.jsonl", "")],
      /exists; --resume continues it/,
    ],
    [
      "a model without a tokenizer",
      1,
      [plain, "--input", "x"],
      /model "tiny-tied" has no tokenizer; a template needs one/,
    ],
  ])("%s", (_, code, args, message) => fails(code, [...tiny, ...args], message));
});

/** Each ends one more process, so the short run has the harder one alone. */
const SIGNALS = FULL ? (["SIGINT", "SIGKILL", "SIGINT", "SIGKILL"] as const) : (["SIGKILL"] as const);

const onPosix = test.skipIf(process.platform === "win32");
onPosix("interrupted, killed and resumed, it writes the same file to the byte", { timeout: 60_000 }, async () => {
  const inputs = Array.from({ length: 30 + 60 * SIGNALS.length }, (_, i) => JSON.stringify(`there were ${i} kings`));
  const lines = file("many.jsonl", inputs.join("\n"));
  const run = [...PROMPT, plain, "--file", lines, "--max-tokens", "12", "--quiet", "--threads", "1"];
  const [whole, cut] = [join(folder, "whole.jsonl"), join(folder, "cut.jsonl")];
  expect((await tsgpt([...run, "--output", whole])).code).toBe(0);
  const resumed = [...run, "--output", cut, "--resume"];
  for (const signal of SIGNALS) {
    expect(await stopped(resumed, cut, signal)).toEqual(signal === "SIGINT" ? [130, null] : [null, signal]);
    expect(readFileSync(whole, "utf8").startsWith(readFileSync(cut, "utf8"))).toBe(true);
  }
  expect((await tsgpt(resumed)).code).toBe(0);
  expect(readFileSync(cut, "utf8")).toBe(readFileSync(whole, "utf8"));
});

/** Runs tsgpt until the file has grown, and sends the signal; its exit code and signal. */
async function stopped(args: readonly string[], path: string, signal: NodeJS.Signals): Promise<unknown[]> {
  const size = () => (existsSync(path) ? readFileSync(path).length : 0);
  const before = size();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore", env: cleanEnvironment() });
  const ended = once(child, "close");
  while (size() === before && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill(signal);
  return ended;
}
