/** tsgpt random: writes a model with random weights, in the layout of a checkpoint. */
import { presetConfig, presetNames } from "@tsgpt/gpt";
import { writeRandomModel } from "@tsgpt/gpt/node";
import type { FloatDtype } from "@tsgpt/tensor";
import { CliError } from "../cli-error.ts";
import { command } from "../command.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { path, wholeNumber } from "../options/values.ts";
import { interruption } from "../terminal/interruption.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";
import { reportWritten } from "../terminal/report-written.ts";

const options = [
  option("--preset <size>", "the shape of the model", { choices: presetNames, mandatory: true }),
  option("--output <folder>", "a new folder, or an empty one", { parse: path, mandatory: true }),
  option("--seed <n>", "the same seed writes the same bytes on every machine", {
    parse: wholeNumber(0, 2 ** 32 - 1),
    default: 1,
  }),
  option("--dtype <type>", "dtype of the weights in the file", { choices: ["f32", "f16", "bf16"], default: "f32" }),
] as const;

export const random = command({
  name: "random",
  summary: "write a model with random weights, to load and measure without a download",
  arguments: [],
  options,
  help: `Examples:
  $ tsgpt random --preset gpt2 --output gpt2-random
  $ tsgpt logits --model gpt2-random --tokens 464,3290 --output logits.safetensors

Writes config.json and model.safetensors in the Hugging Face layout, which transformers reads too. It writes no
tokenizer: give prompts as token ids, or copy a tokenizer.json into the folder.`,
  action: randomCommand,
});

/** Runs the command. @throws CliError if the folder is not empty or cannot be written; AbortError at Ctrl-C */
export async function randomCommand({ preset, output, seed, dtype }: OptionsOf<typeof options>): Promise<void> {
  const { signal } = interruption();
  const how = { seed, dtype: dtype.toUpperCase() as FloatDtype, signal };
  await withLoadProgress((onProgress) => writeRandomModel(output, presetConfig(preset), { ...how, onProgress }), {
    doing: "writing",
  }).catch((cause: Error) => {
    if (cause.name === "AbortError") throw cause;
    throw new CliError(`cannot write ${JSON.stringify(output)}: ${cause.message}`, 1);
  });
  await reportWritten(output, `a model of ${preset}'s shape with random weights in ${dtype}`);
}
