/** The results of the shards of a batch: one file each, with an entry for every line, in order. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removePartials, writeOnce } from "./exactly-once.ts";
import type { Manifest } from "./manifest.ts";
import { type Shard, shardName } from "./shard.ts";

/** The path of a shard's results. */
export function resultPath(folder: string, manifest: Manifest, shard: Shard): string {
  return join(folder, resultName(manifest, shard));
}

/** The name of a shard's results in the folder. */
export function resultName({ run }: Manifest, shard: Shard): string {
  return `${shardName(run.digest, shard)}.jsonl`;
}

/** Whether a shard is finished. */
export function hasResult(folder: string, manifest: Manifest, shard: Shard): boolean {
  return existsSync(resultPath(folder, manifest, shard));
}

/** Writes the entries of a shard, unless it has its results already. @throws BatchError */
export function writeResult(folder: string, manifest: Manifest, shard: Shard, entries: Iterable<Uint8Array>): void {
  const name = resultName(manifest, shard);
  writeOnce(folder, name, entries);
  removePartials(folder, (file) => file === name);
}

/** The beginning of a line's entry: the file if there are several, the line's number, the digest of the run. */
export function entryHead({ inputs, run }: Manifest, { file, firstLine }: Shard, index: number) {
  const named = inputs.length > 1 ? { file: inputs[file]?.name } : {};
  return { ...named, line: firstLine + index, run: run.digest };
}
