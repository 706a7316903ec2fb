/** Opens the checkpoint in a folder: model.safetensors, or model.safetensors.index.json and its shards. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Checkpoint, shardedCheckpoint, singleFileCheckpoint } from "../checkpoint/checkpoint.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { CheckpointError, quote } from "../errors.ts";
import { type FileSource, fileSource } from "./file-source.ts";
import { readText } from "./read-text.ts";

const { index: INDEX, weights: WEIGHTS } = FILE_NAMES;

export interface OpenCheckpoint extends Checkpoint {
  /** Closes its files. The tensors cannot be read afterwards. */
  close(): Promise<void>;
}

/** The maximum size in bytes of an index of shards; GPT-2 XL's has 40 kB. */
export const LARGEST_INDEX = 100_000_000;
const MOST_LISTED = 8;

/**
 * Opens the weights in `folder`: headers are read and checked, tensors are not.
 * @throws CheckpointError if there is no such folder, it has no weights, or they are invalid
 */
export async function openCheckpoint(folder: string): Promise<OpenCheckpoint> {
  const names = await listFolder(folder);
  const sources: FileSource[] = [];
  const close = async () => void (await Promise.all(sources.map((source) => source.close())));
  const open = async (name: string) => {
    const source = await fileSource(join(folder, name), name);
    sources.push(source);
    return source;
  };
  try {
    const checkpoint = names.includes(WEIGHTS)
      ? await singleFileCheckpoint(await open(WEIGHTS))
      : await shardedCheckpoint(await readIndex(folder, names), open);
    return { ...checkpoint, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The file names in a model's folder. @throws CheckpointError if there is no such folder */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const problem: Record<string, string> = { ENOENT: "no such model folder", ENOTDIR: "is not a folder" };
    throw new CheckpointError(folder, problem[cause.code ?? ""] ?? `cannot be listed: ${cause.message}`, { cause });
  });
}

/** `config.json, vocab.json`, as the end of a message about a missing file. */
export function describeFolder(names: readonly string[]): string {
  const listed = [...names]
    .sort()
    .slice(0, MOST_LISTED)
    .map((name) => quote(name).slice(1, -1));
  if (names.length > MOST_LISTED) listed.push(`and ${names.length - MOST_LISTED} more`);
  return names.length === 0 ? "nothing" : listed.join(", ");
}

async function readIndex(folder: string, names: readonly string[]): Promise<{ name: string; text: string }> {
  const text = await readText(join(folder, INDEX), LARGEST_INDEX).catch((cause: Error) => {
    throw new CheckpointError(INDEX, cause.message, { cause });
  });
  if (text !== undefined) return { name: INDEX, text };
  throw new CheckpointError(folder, `holds neither ${WEIGHTS} nor ${INDEX}, but ${describeFolder(names)}`);
}
