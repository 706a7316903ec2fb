/** The options of every command that runs a model. */
import { MOST_THREADS } from "@tsgpt/tensor";
import { type Command, Option } from "commander";
import { usageError } from "../cli-error.ts";
import { wholeNumber } from "../option-values.ts";

/** Adds them, and checks them together. */
export function withEngine(command: Command): Command {
  const kernels = new Option("--kernels <set>", "auto: simd where it runs").choices(["auto", "simd", "reference"]);
  return command
    .addOption(kernels.default("auto"))
    .option("--threads <n>", "of the simd kernels (default: physical cores)", wholeNumber(1, MOST_THREADS))
    .hook("preAction", (_, called) => {
      const { kernels, threads = 1 } = called.opts();
      if (kernels === "reference" && threads > 1) {
        throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
      }
    });
}
