/** The options of every command that runs a model: the dtype of its weights, the kernels and their threads. */
import { type EngineOptions, MOST_THREADS, physicalCores, WEIGHT_DTYPES } from "@tsgpt/tensor";
import { usageError } from "../cli-error.ts";
import { note } from "../terminal/note.ts";
import { type OptionsOf, option } from "./option.ts";
import { wholeNumber } from "./values.ts";

/** For a command whose weights are float32. */
export const kernelOptions = [
  option("--kernels <set>", "auto: simd if available, else reference", {
    choices: ["auto", "simd", "reference"],
    default: "auto",
  }),
  option("--threads <n>", "threads of the simd kernels (default: physical cores)", {
    parse: wholeNumber(1, MOST_THREADS),
    check: checkThreads,
  }),
] as const;

export const engineOptions = [
  option("--dtype <type>", "dtype of the weights in memory; auto: the first of f32, bf16, int8 that fits", {
    choices: ["auto", ...WEIGHT_DTYPES],
    default: "auto",
  }),
  ...kernelOptions,
] as const;

export type EngineFlags = OptionsOf<typeof engineOptions>;

function checkThreads({ kernels, threads = 1, quiet }: EngineOptions & { readonly quiet?: boolean }): void {
  if (kernels === "reference" && threads > 1) {
    throw usageError(`the reference kernels run on one thread: --threads ${threads} is for --kernels simd`);
  }
  if (!quiet) noteThreads(threads, physicalCores());
}

/** Warns about more threads than cores, which are allowed but have to wait for each other. */
export function noteThreads(threads: number, cores: number): void {
  if (threads <= cores) return;
  const machine = cores === 1 ? "1 core" : `${cores} cores`;
  note(`--threads ${threads} on ${machine}: more threads than cores are rarely faster and often slower`);
}
