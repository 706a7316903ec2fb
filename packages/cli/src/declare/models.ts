/** The options of tsgpt models. */
import type { Command } from "commander";
import { cacheOption } from "./model-options.ts";

export function declareModels(program: Command): void {
  program
    .command("models")
    .description("the models that are here: bundled, and in the cache")
    .addOption(cacheOption())
    .option("--json", "a list of objects")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt models
  $ tsgpt models --json | jq '.[].id'

"runs in" names what the weights can be kept in so that the model, at its full context, fits into the engine and this machine.`,
    )
    .action(async (options) => (await import("../commands/models.ts")).modelsCommand(options));
}
