/** Writes a model with random weights to a folder in the Hugging Face layout, atomically. Left out: a tokenizer. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Checks, checkOptions, oneOf } from "@tsgpt/numeric";
import type { FloatDtype } from "@tsgpt/tensor";
import { randomCheckpoint } from "../checkpoint/random-parameters.ts";
import { streamSafetensors } from "../checkpoint/stream-safetensors.ts";
import { type ReadingOptions, readingChecks } from "../checkpoint/tensor-reader.ts";
import type { GPT2Config } from "../config/config.ts";
import { configJson } from "../config/config-json.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { writeNewFolder } from "./new-folder.ts";

/** The seed and the dtype of a model with random weights. */
export interface RandomModelOptions extends ReadingOptions {
  /** The same seed writes the same bytes; 1 by default. */
  readonly seed?: number | undefined;
  /** Of the file; F32 by default. Weights are rounded to the nearest, ties to even. */
  readonly dtype?: FloatDtype | undefined;
}

const CHECKS: Checks<RandomModelOptions> = {
  ...readingChecks,
  seed: "number",
  dtype: oneOf<FloatDtype>("F32", "F16", "BF16"),
};

/**
 * Writes config.json and model.safetensors to `folder`, which must be new or empty; `randomModel` with the same config
 * and seed has the same weights. A failure leaves nothing behind; `onProgress` is called with bytes of the file.
 * @throws Error if the folder is not empty; the system's error if it cannot be written; the signal's reason if it
 * aborts
 */
export async function writeRandomModel(
  folder: string,
  config: GPT2Config,
  options: RandomModelOptions = {},
): Promise<void> {
  checkOptions("writeRandomModel", options, CHECKS);
  const { seed = 1, dtype = "F32", signal, onProgress } = options;
  const checkpoint = randomCheckpoint("random", config, seed);
  await writeNewFolder(folder, signal, async (partial) => {
    await writeFile(join(partial, FILE_NAMES.config), configJson(config, dtype));
    await writeFile(join(partial, FILE_NAMES.weights), streamSafetensors(checkpoint, dtype, onProgress), { signal });
  });
}
