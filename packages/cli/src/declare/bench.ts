/** The options of tsgpt bench. */
import { presetNames } from "@tsgpt/gpt";
import { type Command, Option } from "commander";
import { wholeNumber } from "../option-values.ts";
import { withEngine } from "./engine-options.ts";
import { withModel } from "./model-options.ts";

export function declareBench(program: Command): void {
  withEngine(withModel(program.command("bench"), "preset"))
    .description("tokens per second of prefill and decode")
    .addOption(new Option("--preset <size>", "random weights of that shape").choices(presetNames))
    .option("--prompt-tokens <n>", "prefilled from an empty cache", wholeNumber(1), 64)
    .option("--new-tokens <n>", "decoded one by one", wholeNumber(1), 32)
    .option("--depth <n>", "tokens in the cache when decoding starts", wholeNumber(0), 0)
    .option("--runs <n>", "of which median, mean and deviation are taken", wholeNumber(1), 5)
    .option("--compare-cache", "also without a KV cache")
    .addOption(new Option("--json", "stdout holds one object alone").conflicts("markdown"))
    .option("--markdown", "a table to paste")
    .addHelpText(
      "after",
      `
Examples:
  $ tsgpt bench
  $ tsgpt bench --compare-cache --new-tokens 16 --depth 200
  $ tsgpt bench --preset gpt2 --prompt-tokens 16 --new-tokens 8 --runs 3 --json`,
    )
    .action(async (options) => (await import("../commands/bench.ts")).benchCommand(options));
}
