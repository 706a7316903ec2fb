/** tsgpt random: a model with random weights, in the layout that checkpoints have. */
import { type PresetName, presetConfig } from "@tsgpt/gpt";
import { writeRandomModel } from "@tsgpt/gpt/node";
import type { FloatDtype } from "@tsgpt/tensor";
import { CliError } from "../cli-error.ts";
import { interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { sayWritten } from "../say-written.ts";

export interface RandomFlags {
  readonly preset: PresetName;
  readonly output: string;
  readonly seed: number;
  readonly dtype: Lowercase<FloatDtype>;
}

/** Runs the command. @throws CliError if the folder holds something or cannot be written; AbortError at Ctrl-C */
export async function randomCommand({ preset, output, seed, dtype }: RandomFlags): Promise<void> {
  const { signal } = interruption();
  const options = { seed, dtype: dtype.toUpperCase() as FloatDtype, signal };
  await withLoadProgress((onProgress) => writeRandomModel(output, presetConfig(preset), { ...options, onProgress }), {
    doing: "writing",
  }).catch((cause: Error) => {
    if (cause.name === "AbortError") throw cause;
    throw new CliError(`cannot write ${JSON.stringify(output)}: ${cause.message}`, 1);
  });
  await sayWritten(output, `a model of ${preset}'s shape with random weights in ${dtype}`);
}
