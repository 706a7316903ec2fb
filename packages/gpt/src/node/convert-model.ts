/** Converts a model's folder to another dtype. */
import { copyFile, open } from "node:fs/promises";
import { join } from "node:path";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import type { WeightDtype } from "@tsgpt/tensor";
import { type ConvertOptions, convertCheckpoint, type WriteAt } from "../checkpoint/convert.ts";
import { loadChecks } from "../checkpoint/parameters.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { listFolder } from "./folder-files.ts";
import { loadConfig, openFolder } from "./load-model.ts";
import { writeNewFolder } from "./new-folder.ts";

/** Other files of a model's folder, copied unchanged. */
const COMPANIONS: readonly string[] = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
];

const { signal, onProgress, onNote } = loadChecks;
const CHECKS: Checks<ConvertOptions> = { signal, onProgress, onNote };

/**
 * Writes the model in the folder `from` to the folder `to`, which must be new or empty: its matrices in `dtype`, in one
 * model.safetensors, with its config and tokenizer unchanged. A failure leaves nothing behind.
 * @throws Error if `to` is not empty, or what loading from `from` throws; the signal's reason if it aborts
 */
export async function convertModel(
  from: string,
  to: string,
  dtype: WeightDtype,
  options: ConvertOptions = {},
): Promise<void> {
  checkOptions("convertModel", options, CHECKS);
  const config = await loadConfig(from, "convertModel");
  const checkpoint = await openFolder(from, "convertModel");
  try {
    await writeNewFolder(to, options.signal, async (partial) => {
      await writeAt(join(partial, FILE_NAMES.weights), (write) =>
        convertCheckpoint(checkpoint, config, dtype, write, options),
      );
      const present = (await listFolder(from)).filter((name) => COMPANIONS.includes(name));
      for (const name of present) await copyFile(join(from, name), join(partial, name));
    });
  } finally {
    await checkpoint.close();
  }
}

/** A new file, written at arbitrary offsets. */
async function writeAt(path: string, fill: (write: WriteAt) => Promise<void>): Promise<void> {
  const file = await open(path, "wx");
  try {
    await fill(async (position, bytes) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    });
  } finally {
    await file.close();
  }
}
