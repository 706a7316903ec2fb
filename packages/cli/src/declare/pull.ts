/** The options of tsgpt pull. */
import type { Command } from "commander";
import { cacheOption, revisionOption } from "./model-options.ts";

export function declarePull(program: Command): void {
  program
    .command("pull")
    .description("fetch a model of the hub into the cache, or what is new of it")
    .argument("<model>", "org/name, or distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl")
    .addOption(revisionOption())
    .addOption(cacheOption())
    .option("--json", "{id, revision, commit, folder}")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt pull gpt2
  $ tsgpt pull microsoft/DialoGPT-small --revision main

Stdout holds the model's folder. What was cut off goes on where it ended.`,
    )
    .action(async (model, options) => (await import("../commands/pull.ts")).pullCommand(model, options));
}
