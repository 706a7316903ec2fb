/** Writes a model with random weights to a folder in the Hugging Face layout, atomically. Left out: a tokenizer. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FloatDtype } from "@tsgpt/tensor";
import type { LoadOptions } from "../checkpoint/parameters.ts";
import { randomCheckpoint } from "../checkpoint/random-parameters.ts";
import { streamSafetensors } from "../checkpoint/stream-safetensors.ts";
import type { GPT2Config } from "../config/config.ts";
import { configJson } from "../config/config-json.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { writeNewFolder } from "./new-folder.ts";

/** The seed and the dtype of a model with random weights. */
export interface RandomModelOptions extends Omit<LoadOptions, "dtype"> {
  /** The same seed writes the same bytes; 1 by default. */
  readonly seed?: number | undefined;
  /** Of the file; F32 by default. Weights are rounded to the nearest, ties to even. */
  readonly dtype?: FloatDtype | undefined;
}

/**
 * Writes config.json and model.safetensors to `folder`, which must be new or empty; `randomModel` with the same config
 * and seed has the same weights. A failure leaves nothing behind; `onProgress` is called with bytes of the file.
 * @throws Error if the folder is not empty; the system's error if it cannot be written; the signal's reason if it
 * aborts
 */
export async function writeRandomModel(
  folder: string,
  config: GPT2Config,
  { seed = 1, dtype = "F32", signal, onProgress }: RandomModelOptions = {},
): Promise<void> {
  const checkpoint = randomCheckpoint("random", config, seed);
  await writeNewFolder(folder, signal, async (partial) => {
    await writeFile(join(partial, FILE_NAMES.config), configJson(config, dtype));
    await writeFile(join(partial, FILE_NAMES.weights), streamSafetensors(checkpoint, dtype, onProgress), { signal });
  });
}
