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

/** Adds them, and checks them together; `or` names an option that needs no engine, and goes with none of them. */
export function withEngine(command: Command, or?: string): Command {
  const kernels = new Option("--kernels <set>", "auto: simd, else reference").choices(["auto", "simd", "reference"]);
  const dtype = new Option("--dtype <type>", "weights in memory; auto: of f32, bf16, int8 the first that fits");
  const threads = new Option("--threads <n>", "of the simd kernels (default: physical cores)");
  return command
    .addOption(unless(or, dtype.choices(["auto", "f32", "f16", "bf16", "int8"]).default("auto")))
    .addOption(unless(or, kernels.default("auto")))
    .addOption(unless(or, threads.argParser(wholeNumber(1, MOST_THREADS))))
    .hook("preAction", (_, called) => {
      const { kernels, threads = 1, quiet } = called.opts();
      if (kernels === "reference" && threads > 1) {
        throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
      }
      if (!quiet) noteThreads(threads, physicalCores());
    });
}

function unless(or: string | undefined, option: Option): Option {
  return or === undefined ? option : option.conflicts(or);
}

/** More threads than cores are allowed, but wait for each other. */
export function noteThreads(threads: number, cores: number): void {
  if (threads <= cores) return;
  const machine = cores === 1 ? "1 core" : `${cores} cores`;
  note(`--threads ${threads} on ${machine}: more threads than cores are rarely faster, often slower`);
}
