/** The options of tsgpt tokens. */
import type { Command } from "commander";
import { tokenIds } from "../option-values.ts";
import { withModel } from "./model-options.ts";
import { TEXT_HELP } from "./text-help.ts";

export function declareTokens(program: Command): void {
  withModel(program.command("tokens"))
    .description("a text as token ids, or ids as text")
    .argument("[text]", "the text, or @file; without one, stdin")
    .option("--decode <ids>", "ids to turn into text: 1,2,3", tokenIds)
    .option("--json", "{ids, tokens} or {text}")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt tokens "Once upon a time"
  $ tsgpt tokens @story.txt
  $ tsgpt tokens --decode 1,2,3 --json

${TEXT_HELP}`,
    )
    .action(async (text, options) => (await import("../commands/tokens.ts")).tokensCommand(text, options));
}
