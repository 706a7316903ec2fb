/** Options and arguments that name a file or a folder: `~` is expanded where shells do not, behind an equals sign and behind @. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { typedText } from "../src/input/text-argument.ts";
import { logitRow, path } from "../src/options/values.ts";
import { createProgram } from "../src/program.ts";
import { emptyFolder, tsgpt } from "./process.ts";

test("every option of every command that names a file, a folder or a model", async () => {
  const { commands } = await createProgram();
  const found = commands.flatMap((command) =>
    command.options
      .filter(({ flags }) => /<(file|folder|model|path|dir)>/.test(flags))
      .map((option) => ({ name: `${command.name()} ${option.long}`, parser: option.parseArg })),
  );
  expect(found.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["generate --draft-model", "logits --output", "models --cache-dir", "bench --model"]),
  );
  expect(found.filter(({ parser }) => parser !== path)).toEqual([]);
});

test("a file behind @ too", async () => {
  const home = emptyFolder();
  writeFileSync(`${home}/story.txt`, "Once\n");
  vi.stubEnv("HOME", home);
  expect(logitRow("@~/row.json")).toEqual({ file: `${home}/row.json` });
  expect(await typedText("@~/story.txt")).toBe("Once");
  vi.unstubAllEnvs();
});

test("--cache-dir=~/x is in the home folder, and no folder named ~ appears", { timeout: 30_000 }, async () => {
  const folder = emptyFolder();
  mkdirSync(`${folder}/home`);
  const run = { cwd: folder, env: { HOME: `${folder}/home` } };
  const { stdout } = await tsgpt(["models", "--cache-dir=~/x"], run);
  expect(stdout).toContain(`${folder}/home/x`);
  await tsgpt(["pull", "gpt2", "--cache-dir=~/x"], run);
  expect(readdirSync(folder)).toEqual(["home"]);
});
