#!/usr/bin/env node
/** tsgpt: the commands and their options. Each command's module is loaded when it runs, so that help is quick. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { declareBench } from "./declare/bench.ts";
import { declareCompare } from "./declare/compare.ts";
import { declareConvert } from "./declare/convert.ts";
import { declareGenerate } from "./declare/generate.ts";
import { declareInfo } from "./declare/info.ts";
import { declareLogits } from "./declare/logits.ts";
import { declareModels } from "./declare/models.ts";
import { declarePull } from "./declare/pull.ts";
import { declareRandom } from "./declare/random.ts";
import { declareRemove } from "./declare/remove.ts";
import { declareSample } from "./declare/sample.ts";
import { declareTokens } from "./declare/tokens.ts";
import { declareWatermark } from "./declare/watermark.ts";
import { INTERRUPTED } from "./interruption.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // whoever read has enough
  process.stderr.write(`error: cannot write to stdout: ${error.message}\nsee tsgpt --help\n`);
  process.exit(1);
});

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const program = new Command("tsgpt")
  .description("GPT-2 from scratch, in TypeScript")
  .version(version, "--version", "display the version")
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --top-p 0.8
  $ tsgpt logits --prompt "Once upon a time" --output ours.safetensors --trace
  $ tsgpt compare mine.safetensors ours.safetensors
  $ tsgpt tokens "Once upon a time"
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt random --preset gpt2 --output gpt2-random
  $ tsgpt bench --compare-cache
  $ tsgpt pull gpt2`,
  );
program.configureOutput({ writeErr: () => {} }); // printed once, below

declareGenerate(program);
declareSample(program);
declareLogits(program);
declareCompare(program);
declareTokens(program);
declareWatermark(program);
declareBench(program);
declareRandom(program);
declareConvert(program);
declarePull(program);
declareModels(program);
declareInfo(program);
declareRemove(program);

function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if ((error as Error).name === "AbortError") return INTERRUPTED;
  const usage = error instanceof CommanderError;
  const names = program.commands.map((known) => known.name());
  const noCommand = usage && error.code === "commander.help";
  const message = (noCommand ? `give a command: ${names.join(", ")}` : (error as Error).message)
    .replace(/^error: /, "")
    .replace(/^\((.*)\)$/gm, "$1");
  const command = names.find((name) => name === process.argv[2]);
  const hint = command ? `see tsgpt ${command} --help` : "see tsgpt --help";
  process.stderr.write(`error: ${message.split("\n").slice(0, 2).join("\n")}\n${hint}\n`);
  return usage ? 2 : error instanceof CliError ? error.exitCode : 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
