#!/usr/bin/env node
/** tsgpt: the commands and their options. Each command's module is loaded when it runs, so that help is quick. */
import { presetNames } from "@tsgpt/gpt";
import { MOST_THREADS } from "@tsgpt/tensor";
import { Command, CommanderError, Option } from "commander";
import { CliError, usageError } from "./cli-error.ts";
import { INTERRUPTED } from "./interruption.ts";
import { BUNDLED } from "./model-folder.ts";
import { feeding, gather, positiveNumber, temperature, tokenIds, tolerance, wholeNumber } from "./option-values.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0); // whoever read has enough
  process.stderr.write(`error: cannot write to stdout: ${error.message}\nsee tsgpt --help\n`);
  process.exit(1);
});

const program = new Command("tsgpt")
  .description("GPT-2 from scratch, in TypeScript")
  .exitOverride()
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt logits --prompt "Once upon a time" --output ours.safetensors --trace
  $ tsgpt compare mine.safetensors ours.safetensors
  $ tsgpt tokens "Once upon a time"
  $ tsgpt bench --compare-cache`,
  );
program.configureOutput({ writeErr: () => {} }); // printed once, below

/** The options of every command that runs a model. */
function withEngine(command: Command): Command {
  const kernels = new Option("--kernels <set>", "auto: simd where it runs").choices(["auto", "simd", "reference"]);
  return command
    .addOption(kernels.default("auto"))
    .option("--threads <n>", "of the simd kernels (default: physical cores)", wholeNumber(1, MOST_THREADS))
    .hook("preAction", (_, called) => {
      const { kernels, threads = 1 } = called.opts();
      if (kernels === "reference" && threads > 1) {
        throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
      }
    });
}

withEngine(program.command("generate"))
  .description("continue a prompt, token by token")
  .argument("[prompt]", "text to continue; without one, stdin, or on a terminal it asks")
  .option("--model <folder|name>", "a model's folder, or a name in weights/", BUNDLED)
  .option("--max-tokens <n>", "tokens at most", wholeNumber(0), 200)
  .option("--temperature <t>", "above 1 flattens, below 1 sharpens (default: 1)", temperature)
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
  .addOption(new Option("--verbose", "kernels, threads and memory on stderr").conflicts("quiet"))
  .option("--json", "stdout holds one object alone")
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt generate "Once upon a time" --top-p 0.9 --frequency-penalty 1.1 --presence-penalty 1.2
  $ echo "The king" | tsgpt generate --greedy --json

--json: the texts of the tokens joined are the generated text; one that completes no character, or may begin a stop
string, is "". logprob: natural logarithm of the probability by the raw logits. tokensPerSecond: generated tokens over
prefillSeconds + decodeSeconds.`,
  )
  .action(async (prompt, options) => (await import("./commands/generate.ts")).generateCommand(prompt, options));

withEngine(program.command("logits"))
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

withEngine(program.command("bench"))
  .description("tokens per second of prefill and decode")
  .addOption(
    new Option("--model <folder|name>", `a model's folder, or a name in weights/ (default: ${BUNDLED})`).conflicts(
      "preset",
    ),
  )
  .addOption(new Option("--preset <size>", "random weights of that shape").choices(presetNames))
  .option("--prompt-tokens <n>", "prefilled from an empty cache", wholeNumber(1), 64)
  .option("--new-tokens <n>", "decoded one by one", wholeNumber(1), 32)
  .option("--depth <n>", "tokens in the cache when decoding starts", wholeNumber(0), 0)
  .option("--runs <n>", "of which median, mean and deviation are taken", wholeNumber(1), 5)
  .option("--compare-cache", "also without a KV cache")
  .addOption(new Option("--json", "stdout holds one object alone").conflicts("markdown"))
  .option("--markdown", "a table to paste")
  .addHelpText(
    "after",
    `
Examples:
  $ tsgpt bench
  $ tsgpt bench --compare-cache --new-tokens 16 --depth 200
  $ tsgpt bench --preset gpt2 --prompt-tokens 16 --new-tokens 8 --runs 3 --json`,
  )
  .action(async (options) => (await import("./commands/bench.ts")).benchCommand(options));

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
