/** The options of tsgpt sample. */
import type { Command } from "commander";
import { gatherIds, logitRow, tokenIds, wholeNumber } from "../option-values.ts";
import { withChain } from "./chain-options.ts";

export function declareSample(program: Command): void {
  const command = program
    .command("sample")
    .description("apply a chain to given logits, step by step, and show the final distribution")
    .requiredOption("--logits <list|@file>", "0.8,0.9,-inf,0.4, or a file with a JSON array (null is -inf)", logitRow)
    .option("--history <ids>", "the tokens so far: 0,1,0,2 (default: none)", tokenIds)
    .option("--prompt-length <n>", "how many of them are the prompt's", wholeNumber(0), 0)
    .option("--greedy", "the most probable, after penalties and constraints")
    .option("--draws <n>", "draw so often, and count", wholeNumber(1, 100_000_000))
    .option("--seed <n>", "of the draws, and of what acts by chance (default: 0)", wholeNumber(0))
    .option("--json", "stdout holds one object alone");
  withChain(command, { placeholder: "ids", gather: gatherIds })
    .option("--forced-first <id>", "the first token generated", wholeNumber(0))
    .addHelpText(
      "after",
      `
What is typed is applied, in the dialect's order, and nothing else: no default of the dialect's is added.

Examples:
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --history 0,1,0,2,0,0 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt sample --logits @row.json --dialect hf --top-k 50 --top-p 0.9 --json
  $ tsgpt sample --logits 3,2,1,0 --dialect llama.cpp --min-p 0.2 --temperature 2 --draws 100000`,
    )
    .action(async (options) => (await import("../commands/sample.ts")).sampleCommand(options));
}
