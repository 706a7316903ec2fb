/** The options of tsgpt sample. */
import { type Command, Option } from "commander";
import { gather, logitRow, tokenIds, wholeNumber } from "../option-values.ts";
import { withChain } from "./chain-options.ts";
import { withEngine } from "./engine-options.ts";
import { withModel } from "./model-options.ts";

export function declareSample(program: Command): void {
  const sample = program
    .command("sample")
    .description("show the next token's distribution, sorted, and what each step of a chain makes of it")
    .addOption(
      new Option("--prompt <text|@file>", "what the next token follows, as a model reads it").conflicts("logits"),
    )
    .option("--logits <list|@file>", "0.8,0.9,-inf,0.4, or a file: see below", logitRow);
  const command = withEngine(withModel(sample, "logits"), "logits")
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
  withChain(command, { placeholder: "ids|text", gather })
    .addOption(
      new Option("--min-tokens <n>", "with --prompt: no end of the text if above 0")
        .argParser(wholeNumber(0))
        .conflicts("logits"),
    )
    .option("--forced-first <id>", "the first token generated", wholeNumber(0))
    .addHelpText("after", HELP)
    .action(async (options) => (await import("../commands/sample.ts")).sampleCommand(options));
}

const HELP = `
Give --prompt or --logits. The model, the hub and the engine are for --prompt alone; the prompt's tokens are the history.
--logits @x.safetensors: the last row of logits that tsgpt logits wrote; its ids are the history and the prompt, unless --history is
given. --logits @row.json, or any other name: a JSON array of numbers, null is -inf. Texts in --banned and --dry-breaker need --prompt.
What is typed is applied, in the dialect's order, and nothing else: no default of the dialect's is added.

Each distribution is sorted: the most probable tokens with their bars (20; 10 beside a chain), then the tail by ranks, many tokens a
row (░). head: how many tokens hold 90% of the mass; tail: what those beyond the ones named hold; so far: what a row and all above it hold.

Examples:
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --prompt "The king said" --temperature 1.5 --top-p 0.9
  $ tsgpt sample --logits @ours.safetensors --top-k 40
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --history 0,1,0,2,0,0 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt sample --logits @row.json --dialect hf --top-k 50 --top-p 0.9 --json
  $ tsgpt sample --logits 3,2,1,0 --dialect llama.cpp --min-p 0.2 --temperature 2 --draws 100000

--json: dialect, chain, history; initial (before the chain) and steps, each with kept, entropyBits, headSize, top (id, probability, and
in steps given, the probability before) and tail (ranks from and to, their probability); steps also before, massRemoved, removed; top
of what is left, probabilities of all tokens by id, draws. With --prompt also model and prompt, and a text beside every id.`;
