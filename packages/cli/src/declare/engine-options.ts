/** The options of every command that runs a model. */
import { type EngineOptions, MOST_THREADS, physicalCores, type WeightDtype } from "@tsgpt/tensor";
import { type Command, Option } from "commander";
import { usageError } from "../cli-error.ts";
import { note } from "../note.ts";
import { wholeNumber } from "../option-values.ts";

/** What they are as flags. */
export interface EngineFlags extends EngineOptions {
  readonly dtype?: WeightDtype | "auto";
}

/** Adds them, and checks them together. */
export function withEngine(command: Command): Command {
  const kernels = new Option("--kernels <set>", "auto: simd where it runs").choices(["auto", "simd", "reference"]);
  const dtype = new Option("--dtype <type>", "weights in memory; auto: of f32, bf16, int8 the first that fits");
  return command
    .addOption(dtype.choices(["auto", "f32", "f16", "bf16", "int8"]).default("auto"))
    .addOption(kernels.default("auto"))
    .option("--threads <n>", "of the simd kernels (default: physical cores)", wholeNumber(1, MOST_THREADS))
    .hook("preAction", (_, called) => {
      const { kernels, threads = 1, quiet } = called.opts();
      if (kernels === "reference" && threads > 1) {
        throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
      }
      if (!quiet) noteThreads(threads, physicalCores());
    });
}

/** More threads than cores are allowed, but wait for each other. */
export function noteThreads(threads: number, cores: number): void {
  if (threads <= cores) return;
  const machine = cores === 1 ? "1 core" : `${cores} cores`;
  note(`--threads ${threads} on ${machine}: more threads than cores are rarely faster, often slower`);
}
