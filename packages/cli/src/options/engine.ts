/** The options of every command that runs a model: how its numbers are kept, and what computes them. */
import { type EngineOptions, MOST_THREADS, physicalCores } from "@tsgpt/tensor";
import { usageError } from "../cli-error.ts";
import { note } from "../terminal/note.ts";
import { type OptionsOf, option } from "./option.ts";
import { wholeNumber } from "./values.ts";

export const engineOptions = [
  option("--dtype <type>", "weights in memory; auto: of f32, bf16, int8 the first that fits", {
    choices: ["auto", "f32", "f16", "bf16", "int8"],
    default: "auto",
  }),
  option("--kernels <set>", "auto: simd, else reference", {
    choices: ["auto", "simd", "reference"],
    default: "auto",
  }),
  option("--threads <n>", "of the simd kernels (default: physical cores)", {
    parse: wholeNumber(1, MOST_THREADS),
    check: checkThreads,
  }),
] as const;

export type EngineFlags = OptionsOf<typeof engineOptions>;

function checkThreads({ kernels, threads = 1, quiet }: EngineOptions & { readonly quiet?: boolean }): void {
  if (kernels === "reference" && threads > 1) {
    throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
  }
  if (!quiet) noteThreads(threads, physicalCores());
}

/** More threads than cores are allowed, but wait for each other. */
export function noteThreads(threads: number, cores: number): void {
  if (threads <= cores) return;
  const machine = cores === 1 ? "1 core" : `${cores} cores`;
  note(`--threads ${threads} on ${machine}: more threads than cores are rarely faster, often slower`);
}
