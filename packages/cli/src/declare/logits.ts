/** The options of tsgpt logits. */
import type { Command } from "commander";
import { feeding, path, tokenIds } from "../option-values.ts";
import { withEngine } from "./engine-options.ts";
import { withModel } from "./model-options.ts";
import { TEXT_HELP } from "./text-help.ts";

export function declareLogits(program: Command): void {
  withEngine(withModel(program.command("logits")))
    .description("write logits, and with --trace every activation, as safetensors")
    .option("--prompt <text>", "a prompt as text, or @file")
    .option("--tokens <ids>", "a prompt as token ids: 1,2,3", tokenIds)
    .requiredOption("--output <file>", "where to write", path)
    .option("--trace", "every activation, by TransformerLens's key")
    .option("--last", "logits of the last position alone")
    .option("--cache <how>", "none, step, or prefill:K", feeding, "none")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt logits --tokens 1,2,3 --output ours.safetensors --trace
  $ tsgpt logits --prompt "Once upon a time" --cache prefill:2 --output cached.safetensors

${TEXT_HELP}`,
    )
    .action(async (options) => (await import("../commands/logits.ts")).logitsCommand(options));
}
