/** The options of tsgpt remove. */
import type { Command } from "commander";
import { cacheOption, revisionOption } from "./model-options.ts";

export function declareRemove(program: Command): void {
  program
    .command("remove")
    .description("delete a model of the hub from the cache; on a terminal it asks before")
    .argument("<model>", "org/name, or distilgpt2, gpt2, gpt2-medium, gpt2-large, gpt2-xl")
    .addOption(revisionOption())
    .addOption(cacheOption())
    .option("--yes", "without asking")
    .option("--json", "{id, commits, bytes}")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt remove gpt2-xl
  $ tsgpt remove org/name --revision v1 --yes

Without --revision all revisions go; with it, what another revision shares stays.`,
    )
    .action(async (model, options) => (await import("../commands/remove.ts")).removeCommand(model, options));
}
