/** Options that name a file or a folder: `~` is expanded, as no shell does it behind an equals sign. */
import { mkdirSync, readdirSync } from "node:fs";
import { Command } from "commander";
import { expect, test, vi } from "vitest";
import { declareBench } from "../src/declare/bench.ts";
import { declareConvert } from "../src/declare/convert.ts";
import { declareGenerate } from "../src/declare/generate.ts";
import { declareInfo } from "../src/declare/info.ts";
import { declareLogits } from "../src/declare/logits.ts";
import { declareModels } from "../src/declare/models.ts";
import { declarePull } from "../src/declare/pull.ts";
import { declareRandom } from "../src/declare/random.ts";
import { declareRemove } from "../src/declare/remove.ts";
import { declareSample } from "../src/declare/sample.ts";
import { declareTokens } from "../src/declare/tokens.ts";
import { declareWatermark } from "../src/declare/watermark.ts";
import { logitRow, path } from "../src/option-values.ts";
import { emptyFolder, tsgpt } from "./process.ts";

const declarations = [
  ...[declareBench, declareConvert, declareGenerate, declareInfo, declareLogits, declareModels],
  ...[declarePull, declareRandom, declareRemove, declareSample, declareTokens, declareWatermark],
];

test("every option of every command that names a file, a folder or a model", () => {
  const program = new Command();
  for (const declare of declarations) declare(program);
  const found = program.commands.flatMap((command) =>
    command.options
      .filter(({ flags }) => /<(file|folder|model|path|dir)>/.test(flags))
      .map((option) => ({ name: `${command.name()} ${option.long}`, parser: option.parseArg })),
  );
  expect(found.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["generate --draft-model", "logits --output", "models --cache-dir", "bench --model"]),
  );
  expect(found.filter(({ parser }) => parser !== path)).toEqual([]);
});

test("a file of logits too", () => {
  vi.stubEnv("HOME", "/home/me");
  expect(logitRow("@~/row.json")).toEqual({ file: "/home/me/row.json" });
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
