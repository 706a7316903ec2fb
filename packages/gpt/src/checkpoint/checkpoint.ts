/**
 * Checkpoint: the tensors of one safetensors file, or of the shards that an index names, by name and not yet read.
 * Every header has been validated (safetensors.ts) before the checkpoint exists. names.ts gives the names their
 * meaning.
 */
import { CheckpointError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { readHeader, type TensorEntry } from "./safetensors.ts";
import { parseShardIndex, shardsOf } from "./shard-index.ts";

/** The key of __metadata__ that names the layout of int8 tensors: docs/int8-layout.md. */
export const INT8_LAYOUT = "tsgpt.int8";

/** The layout that we write, and the only one that we read. */
export const KNOWN_INT8_LAYOUT = "1";

/** A tensor within its file; [begin, end) are bytes of the file. */
export interface StoredTensor extends TensorEntry {
  readonly source: ByteSource;
  /** The int8 layout named in its file's metadata; undefined if there is none. */
  readonly int8Layout?: string | undefined;
  /** True for a tensor of a shard that the index does not list: read if needed, otherwise ignored. */
  readonly isUnnamed?: boolean;
}

/** The tensors of one or several safetensors files, by name. */
export interface Checkpoint {
  /** The name of the file or index, for messages. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The checkpoint in one file. @throws CheckpointError if the file breaks a rule of the format */
export async function singleFileCheckpoint(source: ByteSource): Promise<Checkpoint> {
  return { name: source.name, tensors: await tensorsOf(source) };
}

/**
 * The checkpoint of an index, the text of a model.safetensors.index.json; `open` opens a shard in the same folder.
 * @throws CheckpointError if the index is malformed, a shard's name leaves the folder, or index and shards disagree
 */
export async function shardedCheckpoint(
  index: { readonly name: string; readonly text: string },
  open: (shard: string) => Promise<ByteSource>,
): Promise<Checkpoint> {
  const weightMap = parseShardIndex(index.name, index.text);
  const tensors = new Map<string, StoredTensor>();
  for (const shard of shardsOf(weightMap)) {
    for (const [name, tensor] of await tensorsOf(await open(shard))) {
      const mapped = weightMap.get(name);
      if (mapped === undefined) addUnnamed(tensors, name, tensor, index.name);
      else if (mapped === shard) tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of weightMap) {
    if (!tensors.has(name))
      throw new CheckpointError(shard, `is missing; ${index.name} says that it is in this file`, { tensor: name });
  }
  return { name: index.name, tensors };
}

function addUnnamed(tensors: Map<string, StoredTensor>, name: string, tensor: StoredTensor, index: string): void {
  const other = tensors.get(name)?.source.name;
  if (other !== undefined)
    throw new CheckpointError(
      tensor.source.name,
      `is in this file and in ${other}, and ${index} does not say which counts`,
      {
        tensor: name,
      },
    );
  tensors.set(name, { ...tensor, isUnnamed: true });
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
