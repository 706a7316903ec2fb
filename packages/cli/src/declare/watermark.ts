/** The options of tsgpt watermark. */
import { WATERMARK_GAMMA } from "@tsgpt/sampling";
import { type Command, Option } from "commander";
import { positiveNumber, properShare, wholeNumber } from "../option-values.ts";
import { withModel } from "./model-options.ts";
import { TEXT_HELP } from "./text-help.ts";

export function declareWatermark(program: Command): void {
  withModel(program.command("watermark"))
    .description("look in a text for the watermark of a key")
    .argument("[text]", "the text, or @file; without one, stdin")
    .requiredOption("--watermark-key <n>", "the secret it was written with", wholeNumber(0))
    .option("--watermark-gamma <g>", "share of green tokens", properShare, WATERMARK_GAMMA)
    .addOption(
      new Option("--watermark-hash <how>", "what seeds the colours: the tokens before, or the token itself too")
        .choices(["left", "self"])
        .default("left"),
    )
    .option("--watermark-width <n>", "how many tokens before", wholeNumber(1), 1)
    .option("--threshold <z>", "flagged above so many standard deviations", positiveNumber(), 4)
    .option("--all-repeats", "count a token again each time it comes behind the same tokens")
    .option("--json", "stdout holds one object alone")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt watermark --watermark-key 42 --watermark-hash self --json < story.txt

A key colours a share gamma of the vocabulary green, anew behind each token; a text written with it has more green tokens than
chance gives. z: how many standard deviations more. p: how often a text without the watermark has so high a z. It is a statistic and
not a proof: of many texts some are flagged by chance. Key, gamma, hash, width and tokenizer must be those of the writing; leave the
prompt out. Exit code 0, flagged or not.

${TEXT_HELP}`,
    )
    .action(async (text, options) => (await import("../commands/watermark.ts")).watermarkCommand(text, options));
}
