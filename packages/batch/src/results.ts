/** The results of the shards of a batch: one file each, with an entry for every line, in order. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./manifest.ts";
import { type Shard, shardName } from "./shard.ts";

/** The results of a shard: all of the manifest that a worker needs. */
export interface Result {
  /** The name of their file in the folder. */
  readonly name: string;
  /** What each entry has besides its line: the name of its file if there are several, the digest of the run. */
  readonly file: string | undefined;
  readonly run: string;
}

export function resultOf(manifest: Manifest, shard: Shard): Result {
  return { name: resultName(manifest, shard), file: fileOf(manifest, shard), run: manifest.run.digest };
}

/** The path of a shard's results. */
export function resultPath(folder: string, manifest: Manifest, shard: Shard): string {
  return join(folder, resultName(manifest, shard));
}

/** The name of a shard's results in the folder. */
export function resultName(manifest: Manifest, shard: Shard): string {
  return `${shardName(manifest.run.digest, fileOf(manifest, shard), shard)}.jsonl`;
}

/** The name by which entries tell files apart. */
function fileOf({ inputs }: Manifest, { file }: Shard): string | undefined {
  return inputs.length > 1 ? inputs[file]?.name : undefined;
}

/** Whether a shard is finished. */
export function hasResult(folder: string, manifest: Manifest, shard: Shard): boolean {
  return existsSync(resultPath(folder, manifest, shard));
}

/** The beginning of a line's entry: the file if there are several, the line's number, the digest of the run. */
export function entryHead({ file, run }: Omit<Result, "name">, line: number) {
  return { ...(file !== undefined && { file }), line, run };
}
