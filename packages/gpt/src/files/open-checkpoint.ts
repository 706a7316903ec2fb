/** Opens the checkpoint among a model's files: model.safetensors, or model.safetensors.index.json and its shards. */
import { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "../checkpoint/checkpoint.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { CheckpointError } from "../errors.ts";
import type { ModelFile, ModelFiles, OpenOptions } from "./model-files.ts";
import { readText } from "./read-text.ts";

const { index: INDEX, weights: WEIGHTS } = FILE_NAMES;

export interface OpenCheckpoint extends Checkpoint {
  /** Closes its files. The tensors cannot be read afterwards. */
  close(): Promise<void>;
}

/** The maximum size in bytes of an index of shards; GPT-2 XL's has 40 kB. */
export const LARGEST_INDEX = 100_000_000;

/**
 * Opens the weights: headers are read and checked, tensors are not.
 * @throws CheckpointError if there are none, or they are invalid; the signal's reason if it aborts
 */
export async function openCheckpoint(
  files: ModelFiles,
  { signal }: Pick<OpenOptions, "signal"> = {},
): Promise<OpenCheckpoint> {
  const options = { signal }; // no notes: without one of these files, loading does not go on
  const opened: ModelFile[] = [];
  const close = async () => void (await Promise.all(opened.map((file) => file.close())));
  const open = async (name: string) => {
    const file = await files.open(name, options);
    if (file) opened.push(file);
    return file;
  };
  const openShard = async (name: string) => {
    const problem = async () => `does not exist in ${files.place}${await files.missing(name, "which holds")}`;
    return (await open(name)) ?? Promise.reject(new CheckpointError(name, await problem()));
  };
  try {
    const weights = await open(WEIGHTS);
    const checkpoint = weights
      ? await singleFileCheckpoint(weights)
      : await shardedCheckpoint(await readIndex(files, options), openShard);
    return { ...checkpoint, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readIndex(files: ModelFiles, options: OpenOptions): Promise<{ name: string; text: string }> {
  const failure = (problem: string, cause: Error) => new CheckpointError(INDEX, problem, { cause });
  const text = await readText(files, INDEX, { ...options, largest: LARGEST_INDEX, failure });
  if (text !== undefined) return { name: INDEX, text };
  const end = await files.missing(WEIGHTS, "but");
  throw new CheckpointError(files.place, `holds neither ${WEIGHTS} nor ${INDEX}${end}`);
}
