/** The options of tsgpt random. */
import { presetNames } from "@tsgpt/gpt";
import { type Command, Option } from "commander";
import { path, wholeNumber } from "../option-values.ts";

export function declareRandom(program: Command): void {
  program
    .command("random")
    .description("write a model with random weights, to load and measure without a download")
    .addOption(new Option("--preset <size>", "its shape").choices(presetNames).makeOptionMandatory())
    .requiredOption("--output <folder>", "where to write: a new folder, or an empty one", path)
    .option("--seed <n>", "the same seed writes the same bytes, on every machine", wholeNumber(0, 2 ** 32 - 1), 1)
    .addOption(new Option("--dtype <type>", "of the file's weights").choices(["f32", "f16", "bf16"]).default("f32"))
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt random --preset gpt2 --output gpt2-random
  $ tsgpt logits --model gpt2-random --tokens 464,3290 --output logits.safetensors

Writes config.json and model.safetensors in the Hugging Face layout, which transformers reads too. No tokenizer is
written: prompts are ids, or copy a tokenizer.json into the folder.`,
    )
    .action(async (options) => (await import("../commands/random.ts")).randomCommand(options));
}
