/** The options of tsgpt compare. */
import type { Command } from "commander";
import { numberFrom } from "../option-values.ts";

export function declareCompare(program: Command): void {
  program
    .command("compare")
    .description("compare two safetensors files, tensor by tensor; exit code 1 at a mismatch")
    .argument("<a>", "a safetensors file")
    .argument("<b>", "the reference")
    .option("--atol <x>", "absolute tolerance", numberFrom(0), 1e-5)
    .option("--rtol <x>", "tolerance relative to |B|", numberFrom(0), 1e-4)
    .addHelpText("after", "\nExample:\n  $ tsgpt compare mine.safetensors ours.safetensors --rtol 1e-5")
    .action(async (a, b, options) => (await import("../commands/compare.ts")).compareCommand(a, b, options));
}
