#!/usr/bin/env node
/** tsgpt: the commands and their options. Each command's module is loaded when it runs, so that help is quick. */
import { Command, CommanderError, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { BUNDLED } from "./model-folder.ts";
import { feeding, gather, positiveNumber, tokenIds, tolerance, wholeNumber } from "./option-values.ts";

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

program
  .command("logits")
  .description("write logits, and with --trace every activation, as safetensors")
  .option("--model <folder|name>", "a model's folder, or a name in weights/", BUNDLED)
  .option("--prompt <text>", "a prompt as text")
  .option("--tokens <ids>", "a prompt as token ids: 1,2,3", tokenIds)
  .requiredOption("--output <file>", "where to write")
  .option("--trace", "every activation, by TransformerLens's key")
  .option("--last", "logits of the last position alone")
  .option("--cache <how>", "none, step, or prefill:K", feeding, "none")
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt logits --tokens 1,2,3 --output ours.safetensors --trace
  $ tsgpt logits --prompt "Once upon a time" --cache prefill:2 --output cached.safetensors`,
  )
  .action(async (options) => (await import("./commands/logits.ts")).logitsCommand(options));

program
  .command("compare")
  .description("compare two safetensors files, tensor by tensor; exit code 1 at a mismatch")
  .argument("<a>", "a safetensors file")
  .argument("<b>", "the reference")
  .option("--atol <x>", "absolute tolerance", tolerance, 1e-5)
  .option("--rtol <x>", "tolerance relative to |B|", tolerance, 1e-4)
  .addHelpText("after", "\nExample:\n  $ tsgpt compare mine.safetensors ours.safetensors --rtol 1e-5")
  .action(async (a, b, options) => (await import("./commands/compare.ts")).compareCommand(a, b, options));

program
  .command("tokens")
  .description("a text as token ids, or ids as text")
  .argument("[text]", "the text; without one, stdin")
  .option("--model <folder|name>", "a folder with a tokenizer.json, or a name in weights/", BUNDLED)
  .option("--decode <ids>", "ids to turn into text: 1,2,3", tokenIds)
  .option("--json", "{ids, tokens} or {text}")
  .addHelpText("after", '\nExamples:\n  $ tsgpt tokens "Once upon a time"\n  $ tsgpt tokens --decode 1,2,3 --json')
  .action(async (text, options) => (await import("./commands/tokens.ts")).tokensCommand(text, options));

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
