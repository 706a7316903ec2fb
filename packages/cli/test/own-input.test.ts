/** An output that is one of the command's own inputs is refused, by whatever path, and the input is as it was. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkOwnInput, filesOf } from "../src/output/own-input.ts";
import { fails } from "./fails.ts";
import { emptyFolder, fixture, MAIN } from "./process.ts";

const folder = emptyFolder();
mkdirSync(join(folder, "inside"));
const file = join(folder, "text.txt");
writeFileSync(file, "A wolf\n");
linkSync(file, join(folder, "hard"));
symlinkSync(file, join(folder, "soft"));

describe("checkOwnInput", () => {
  test.each(["text.txt", "inside/../text.txt", "hard", "soft"])("refuses %s", async (name) => {
    await expect(checkOwnInput("--html", join(folder, name), [[file, "@text.txt"]])).rejects.toThrow(
      `--html ${JSON.stringify(join(folder, name))} is the same file as @text.txt; give another`,
    );
  });

  test("refuses a file in a folder that is read", async () => {
    await expect(checkOwnInput("--output", file, [[folder, "--model"]])).rejects.toMatchObject({ exitCode: 2 });
  });

  test("allows another file with the same content, a new file, and devices", async () => {
    copyFileSync(file, join(folder, "copy"));
    for (const output of ["copy", "new"]) await checkOwnInput("--html", join(folder, output), [[file, "it"]]);
    await checkOwnInput("--html", "/dev/null", [["/dev/null", "it"]]);
    await checkOwnInput("--html", join(folder, "new"), [[join(folder, "new"), "it"]]);
  });
});

test("the files of text arguments", () => {
  expect(filesOf(["a wolf", "@a.txt", "@@home", "-", undefined, "@", ""])).toEqual([
    ["a.txt", "@a.txt"],
    [0, "standard input"],
  ]);
});

describe.concurrent("is kept by", () => {
  const own = emptyFolder();
  const lines = join(own, "in.jsonl");
  const template = join(own, "t.txt");
  const weights = join(own, "model.safetensors");
  const texts: readonly (readonly [string, string])[] = [
    [lines, '{"my":"only copy"}'],
    [template, "{{input}}"],
    [weights, "weights"],
  ];
  for (const [path, text] of texts) writeFileSync(path, text);
  const MODEL = ["--model", fixture("fairytales-1")];
  test.each<[string, string[], string]>([
    ["prompt --output", ["prompt", template, "--file", lines, "--output", lines, "--resume"], "--file"],
    ["prompt --output", ["prompt", template, "--file", lines, "--output", template], "the template"],
    ["score --html", ["score", `@${template}`, "--html", template], `@${template}`],
    ["score --svg", ["score", "a wolf", "--svg", template, "--against", `@${template}`], `@${template}`],
    ["explain --html", ["explain", `@${template}`, "--html", template], `@${template}`],
    ["logits --output", ["logits", "--prompt", `@${template}`, "--output", template], `@${template}`],
    [
      "logits --output",
      ["logits", "--tokens", "1", "--output", template, "--patch", "hook_embed", "--patch-prompt", `@${template}`],
      `@${template}`,
    ],
  ])("%s", async (_, args, name) => {
    await fails(
      2,
      [...args, ...MODEL],
      new RegExp(`is the same file as ${name.replaceAll(".", "\\.")}; give another\n`),
    );
    for (const [path, text] of texts) expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("logits --output, score, explain and prompt in the model's folder", async () => {
    const model = ["--model", own];
    const outputs = [
      ["logits", "--tokens", "1", "--output", weights],
      ["score", "a wolf", "--html", weights],
      ["explain", "a wolf", "--html", weights],
      ["prompt", template, "--file", lines, "--output", weights, "--resume"],
    ];
    for (const args of outputs) await fails(2, [...args, ...model], /is the same file as --model; give another\n/);
    expect(readFileSync(weights, "utf8")).toBe("weights");
  });

  test("score, standard input", () => {
    const input = openSync(template, "r");
    const args = [MAIN, "score", "--html", template, ...MODEL];
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: [input, "pipe", "pipe"], encoding: "utf8" });
    closeSync(input);
    expect(stderr).toContain("is the same file as standard input; give another");
    expect(status).toBe(2);
    expect(readFileSync(template, "utf8")).toBe("{{input}}");
  });
});
