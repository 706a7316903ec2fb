/** The options of tsgpt generate. */
import { type Command, Option } from "commander";
import { BUNDLED } from "../model-folder.ts";
import { gather, positiveNumber, temperature, tokenIds, wholeNumber } from "../option-values.ts";
import { withEngine } from "./engine-options.ts";

export function declareGenerate(program: Command): void {
  withEngine(program.command("generate"))
    .description("continue a prompt, token by token")
    .argument("[prompt]", "text to continue; without one, stdin, or on a terminal it asks")
    .option("--model <folder|name>", "a model's folder, or a name in weights/", BUNDLED)
    .option("--max-tokens <n>", "tokens at most", wholeNumber(0), 200)
    .option("--temperature <t>", "above 1 flattens, below 1 sharpens (default: 1)", temperature)
    .option("--top-k <k>", "only the k most probable; 0 is off (default: 0)", wholeNumber(0))
    .option("--top-p <p>", "the most probable that hold mass p; 1 is off (default: 0.9)", positiveNumber(1))
    .option("--frequency-penalty <f>", "the lecture's; 1 is off", positiveNumber(), 1)
    .option("--presence-penalty <p>", "the lecture's; 1 is off", positiveNumber(), 1)
    .addOption(
      new Option("--greedy", "always the most probable, after the penalties").conflicts([
        "temperature",
        "topK",
        "topP",
        "seed",
      ]),
    )
    .option("--seed <n>", "the same seed gives the same text (default: random)", wholeNumber(0))
    .option("--stop <text>", "end before this text; may be repeated", gather)
    .option("--no-cache", "recompute everything for each token")
    .option("--tokens <ids>", "a prompt as token ids: 1,2,3", tokenIds)
    .option("--ignore-eos", "go on past the end of the text")
    .option("--quiet", "no summary on stderr")
    .addOption(new Option("--verbose", "kernels, threads and memory on stderr").conflicts("quiet"))
    .option("--json", "stdout holds one object alone")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt generate "Once upon a time" --top-p 0.9 --frequency-penalty 1.1 --presence-penalty 1.2
  $ echo "The king" | tsgpt generate --greedy --json

--json: the texts of the tokens joined are the generated text; one that completes no character, or may begin a stop
string, is "". logprob: natural logarithm of the probability by the raw logits. tokensPerSecond: generated tokens over
prefillSeconds + decodeSeconds.`,
    )
    .action(async (prompt, options) => (await import("../commands/generate.ts")).generateCommand(prompt, options));
}
