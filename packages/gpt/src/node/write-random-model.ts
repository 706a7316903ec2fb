/** A model with random weights as a folder in the Hugging Face layout, whole or not at all. Left out: a tokenizer. */
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StoredDtype } from "@tsgpt/tensor";
import type { LoadOptions } from "../checkpoint/parameters.ts";
import { streamSafetensors } from "../checkpoint/stream-safetensors.ts";
import type { GPT2Config } from "../config.ts";
import { configJson } from "../config-json.ts";
import { randomCheckpoint } from "../random-parameters.ts";
import { CONFIG } from "./load-model.ts";
import { WEIGHTS } from "./open-checkpoint.ts";

export interface RandomModelOptions extends LoadOptions {
  /** The same seed writes the same bytes; 1 by default. */
  readonly seed?: number | undefined;
  /** Of the file; F32 by default. Weights are narrowed to the nearest, a tie to even. */
  readonly dtype?: StoredDtype | undefined;
}

/**
 * Writes config.json and model.safetensors to `folder`, which must be new or empty; `randomModel` with that config and seed
 * has the same weights. Whatever goes wrong leaves nothing behind; `onProgress` is called with bytes of the file.
 * @throws Error if the folder holds something; the system's error if it cannot be written; the signal's reason if it aborts
 */
export async function writeRandomModel(
  folder: string,
  config: GPT2Config,
  { seed = 1, dtype = "F32", signal, onProgress }: RandomModelOptions = {},
): Promise<void> {
  const checkpoint = randomCheckpoint("random", config, seed);
  const path = resolve(folder);
  const isThere = await isEmptyFolder(path);
  const partial = isThere ? join(path, `${process.pid}.partial`) : `${path}.${process.pid}.partial`;
  await mkdir(partial);
  try {
    await writeFile(join(partial, CONFIG), configJson(config, dtype));
    await writeFile(join(partial, WEIGHTS), streamSafetensors(checkpoint, dtype, onProgress), { signal });
    if (isThere) await moveUp(partial, path);
    else await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw error;
  }
}

/** Into a folder that stays the same one: somebody may stand in it, or it may be a disk's own. The weights come last. */
async function moveUp(partial: string, path: string): Promise<void> {
  for (const name of [CONFIG, WEIGHTS]) await rename(join(partial, name), join(path, name));
  await rmdir(partial);
}

/** False if there is nothing. */
async function isEmptyFolder(path: string): Promise<boolean> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    if (cause.code === "ENOTDIR") throw new Error("it is there and no folder", { cause });
    throw cause;
  });
  if (names && names.length > 0) throw new Error("it is there and not empty");
  return names !== undefined;
}
