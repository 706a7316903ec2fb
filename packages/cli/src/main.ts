#!/usr/bin/env node
/** tsgpt: the commands and their options. Each command's module is loaded when it runs, so that help is quick. */
import { Command, CommanderError, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { BUNDLED } from "./model-folder.ts";
import { gather, positiveNumber, tokenIds, wholeNumber } from "./option-values.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const program = new Command("tsgpt").description("GPT-2 from scratch, in TypeScript").exitOverride();
program.configureOutput({ writeErr: () => {} }); // printed once, below

program
  .command("generate")
  .description("continue a prompt, token by token")
  .argument("[prompt]", "text to continue; without one, stdin")
  .option("--model <folder|name>", "a model's folder, or a name in weights/", BUNDLED)
  .option("--max-tokens <n>", "tokens at most", wholeNumber(0), 200)
  .option("--temperature <t>", "above 1 flattens, below 1 sharpens (default: 1)", positiveNumber())
  .option("--top-k <k>", "only the k most probable; 0 is off (default: 0)", wholeNumber(0))
  .option("--top-p <p>", "the most probable that hold mass p; 1 is off (default: 0.9)", positiveNumber(1))
  .option("--frequency-penalty <f>", "the lecture's; 1 is off", positiveNumber(), 1)
  .option("--presence-penalty <p>", "the lecture's; 1 is off", positiveNumber(), 1)
  .addOption(
    new Option("--greedy", "always the most probable, after the penalties").conflicts([
      "temperature",
      "topK",
      "topP",
      "seed",
    ]),
  )
  .option("--seed <n>", "the same seed gives the same text (default: random)", wholeNumber(0))
  .option("--stop <text>", "end before this text; may be repeated", gather)
  .option("--no-cache", "recompute everything for each token")
  .option("--tokens <ids>", "a prompt as token ids: 1,2,3", tokenIds)
  .option("--ignore-eos", "go on past the end of the text")
  .option("--quiet", "no summary on stderr")
  .option("--json", "stdout holds one object alone")
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt generate "Once upon a time" --top-p 0.9 --frequency-penalty 1.1 --presence-penalty 1.2
  $ echo "The king" | tsgpt generate --greedy --json`,
  )
  .action(async (prompt, options) => (await import("./commands/generate.ts")).generateCommand(prompt, options));

function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const usage = error instanceof CommanderError;
  const message = (error as Error).message.replace(/^error: /, "").replace(/^\(|\)$/gm, "");
  const command = program.commands.find((known) => known.name() === process.argv[2])?.name();
  const hint = command ? `see tsgpt ${command} --help` : "see tsgpt --help";
  process.stderr.write(`error: ${message.split("\n").slice(0, 2).join("\n")}\n${hint}\n`);
  return usage ? 2 : error instanceof CliError ? error.exitCode : 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
