/** The options of tsgpt sample. */
import { type Command, Option } from "commander";
import { BUNDLED } from "../find-model.ts";
import { gatherWords, logitRow, tokenIds, wholeNumber } from "../option-values.ts";
import { withChain } from "./chain-options.ts";
import { withEngine } from "./engine-options.ts";
import { withModelUnset } from "./model-options.ts";
import { TEXT_HELP } from "./text-help.ts";

export function declareSample(program: Command): void {
  const sample = program
    .command("sample")
    .description("show the next token's distribution, sorted, and what each step of a chain makes of it")
    .addOption(
      new Option("--prompt <text|@file>", "what the next token follows, as a model reads it").conflicts("logits"),
    )
    .option("--logits <list|@file>", "0.8,0.9,-inf,0.4, or a file: see below", logitRow);
  const command = withEngine(
    withModelUnset(sample, `default: "${BUNDLED}"; with --logits none: ids, no words`),
    "logits",
  )
    .addOption(
      new Option("--history <ids>", "with --logits, the tokens so far: 0,1,0,2 (default: none, or the file's)")
        .argParser(tokenIds)
        .conflicts("prompt"),
    )
    .addOption(
      new Option("--prompt-length <n>", "with --logits, how many of them are the prompt's (default: 0, or the file's)")
        .argParser(wholeNumber(0))
        .conflicts("prompt"),
    )
    .option("--greedy", "the most probable, after penalties and constraints")
    .option("--draws <n>", "draw so often, and count", wholeNumber(1, 100_000_000))
    .option("--seed <n>", "of the draws, and of what acts by chance (default: 0)", wholeNumber(0))
    .option("--json", "stdout holds one object alone");
  withChain(command, { placeholder: "ids|text", gather: gatherWords })
    .addOption(
      new Option("--min-tokens <n>", "with --prompt: no end of the text if above 0")
        .argParser(wholeNumber(0))
        .conflicts("logits"),
    )
    .addHelpText("after", HELP)
    .action(async (options) => (await import("../commands/sample.ts")).sampleCommand(options));
}

const HELP = `
Give --prompt or --logits. With --prompt a model gives the logits, and the prompt's tokens are the history; the engine's
options and --min-tokens need it. With --logits, --model names a model whose tokenizer alone is read: tokens are shown as words, and
--banned and --dry-breaker take texts; without --model all of them are ids. --logits @x.safetensors reads the last row of the logits
that tsgpt logits wrote; the file's ids are the history and count as the prompt, unless --history is given. A file of any other name
holds a JSON array of numbers (null is -inf). Only the options typed are applied, in the dialect's order: no defaults.
${TEXT_HELP}

Each distribution is sorted: the most probable tokens (20, or 10 for each step of a chain), then the tail by ranks, many tokens to a
row (░). head: the number of tokens that hold 90% of the probability; tail: what the tokens not named hold; so far: cumulative.

Examples:
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --prompt "The king said" --temperature 1.5 --top-p 0.9
  $ tsgpt sample --logits @ours.safetensors --model fairytales --top-k 40
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --history 0,1,0,2,0,0 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt sample --logits @row.json --dialect hf --top-k 50 --top-p 0.9 --json
  $ tsgpt sample --logits 3,2,1,0 --dialect llama.cpp --min-p 0.2 --temperature 2 --draws 100000

--json: dialect, chain, history, initial, steps, top, probabilities (of every id) and, with --draws, draws. initial is the distribution
before the chain: kept (tokens), entropyBits, headSize, top (id and probability) and tail (ranks from and to, and probability). A step
has these for what it left, in top also given (the probability before it), and step, before (tokens), massRemoved and removed. top is
what the chain leaves. With --prompt or --model there are also model, and a text for each id or null; with --prompt the prompt too.`;
