/**
 * Checkpoint: the tensors of one safetensors file, or of the shards that an index names, by name and not yet read.
 * Every header has passed the gate (safetensors.ts) before the checkpoint exists. What the names mean is names.ts's.
 */
import type { SafetensorsIndexJson } from "@huggingface/hub";
import { CheckpointError, quote } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { readHeader, type TensorEntry } from "./safetensors.ts";
import { parseStrictJson } from "./strict-json.ts";

/** The key of __metadata__ that says how int8 numbers are meant: docs/int8-layout.md. */
export const INT8_LAYOUT = "tsgpt.int8";

/** The layout that is written, and the only one that is read. */
export const KNOWN_INT8_LAYOUT = "1";

/** A tensor within its file; [begin, end) are bytes of the file. */
export interface StoredTensor extends TensorEntry {
  readonly source: ByteSource;
  /** What its file's metadata say of how int8 numbers are laid out; undefined if nothing. */
  readonly int8Layout?: string | undefined;
}

export interface Checkpoint {
  /** The file, or the index, for messages. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The checkpoint in one file. @throws CheckpointError if the file breaks a rule of the format */
export async function singleFileCheckpoint(source: ByteSource): Promise<Checkpoint> {
  return { name: source.name, tensors: await tensorsOf(source) };
}

/**
 * The checkpoint of an index, the text of a model.safetensors.index.json; `open` opens a shard beside it.
 * @throws CheckpointError if the index is malformed, a shard's name leaves the folder, or index and shards disagree
 */
export async function shardedCheckpoint(
  index: { readonly name: string; readonly text: string },
  open: (shard: string) => Promise<ByteSource>,
): Promise<Checkpoint> {
  const weightMap = parseIndex(index.name, index.text);
  const shards = [...new Set(weightMap.values())].sort();
  await checkShardNames(index.name, shards);
  const tensors = new Map<string, StoredTensor>();
  for (const shard of shards) {
    for (const [name, tensor] of await tensorsOf(await open(shard))) {
      checkIsMapped(index.name, name, shard, weightMap.get(name));
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of weightMap) {
    if (!tensors.has(name))
      throw new CheckpointError(shard, `is missing; ${index.name} says that it is in this file`, { tensor: name });
  }
  return { name: index.name, tensors };
}

async function tensorsOf(source: ByteSource): Promise<Map<string, StoredTensor>> {
  const { tensors, metadata, dataStart } = await readHeader(source);
  const int8Layout = metadata.get(INT8_LAYOUT);
  const inFile = ({ dtype, shape, begin, end }: TensorEntry) => ({
    dtype,
    shape,
    begin: dataStart + begin,
    end: dataStart + end,
  });
  return new Map([...tensors].map(([name, entry]) => [name, { ...inFile(entry), source, int8Layout }]));
}

function parseIndex(file: string, text: string): Map<string, string> {
  const map = (parseIndexJson(file, text) as Partial<SafetensorsIndexJson> | null)?.weight_map as unknown;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new CheckpointError(file, `weight_map must be an object from tensor to shard, got ${quote(map)}`);
  }
  const entries = Object.entries(map);
  if (entries.length === 0) throw new CheckpointError(file, "weight_map names no tensor");
  const wrong = entries.find(([, shard]) => typeof shard !== "string");
  if (wrong)
    throw new CheckpointError(file, `must have the name of a shard in weight_map, got ${quote(wrong[1])}`, {
      tensor: wrong[0],
    });
  return new Map(entries as [string, string][]);
}

function parseIndexJson(file: string, text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    throw new CheckpointError(file, `is not valid JSON: ${quote((cause as Error).message).slice(1, -1)}`, { cause });
  }
}

/** Plain names of files in this folder, and, where they are numbered -00001-of-0000N, all N of them. */
async function checkShardNames(file: string, shards: readonly string[]): Promise<void> {
  // Loaded here, because one file, the usual case, should not wait 20 ms for the whole hub client.
  const { parseSafetensorsShardFilename } = await import("@huggingface/hub");
  for (const shard of shards) {
    if (!/^[^/\\:%\p{C}.][^/\\:%\p{C}]*\.safetensors$/u.test(shard)) {
      throw new CheckpointError(
        file,
        `shard ${quote(shard)} must be the plain name of a .safetensors file in this folder`,
      );
    }
    const total = parseSafetensorsShardFilename(shard)?.total;
    if (total !== undefined && Number(total) !== shards.length) {
      throw new CheckpointError(file, `names ${shards.length} shards, and ${quote(shard)} is one of ${Number(total)}`);
    }
  }
}

function checkIsMapped(index: string, tensor: string, shard: string, mapped: string | undefined): void {
  if (mapped === shard) return;
  const claim = mapped === undefined ? "does not name it" : `says that it is in ${quote(mapped)}`;
  throw new CheckpointError(shard, `is in this file, but ${index} ${claim}`, { tensor });
}
