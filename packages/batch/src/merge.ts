/** Joins the results of a batch, after a check that every input line has exactly one entry. */
import { BatchError } from "./batch-error.ts";
import { MANIFEST, type Manifest, readManifest } from "./manifest.ts";
import { entryHead, hasResult, resultPath } from "./results.ts";
import { chunksOf, type Shard } from "./shard.ts";
import { lineSplitter } from "./split-lines.ts";

/** What a batch consists of. */
export interface MergeReport {
  readonly shards: number;
  readonly lines: number;
  /** Lines that have an error in place of an answer. */
  readonly failures: number;
}

/**
 * Checks a batch: each shard has its results, each line of it one entry, in order.
 * @throws BatchError for a folder without a batch, shards that are missing, and results that are not whole
 */
export async function checkBatch(folder: string): Promise<MergeReport> {
  const manifest = manifestOf(folder);
  checkNoneMissing(folder, manifest);
  let [lines, failures] = [0, 0];
  for (const shard of manifest.shards) {
    lines += shard.lines;
    failures += await checkShard(resultPath(folder, manifest, shard), manifest, shard);
  }
  return { shards: manifest.shards.length, lines, failures };
}

/** The entries of all lines in the order of the inputs, in pieces. Check first. @throws BatchError */
export async function* mergedResults(folder: string): AsyncGenerator<Uint8Array> {
  const manifest = manifestOf(folder);
  for (const shard of manifest.shards) {
    yield* chunksOf(resultPath(folder, manifest, shard));
  }
}

function manifestOf(folder: string): Manifest {
  const manifest = readManifest(folder);
  if (manifest) return manifest;
  throw new BatchError(`${JSON.stringify(folder)} is not the output of a batch: it has no ${MANIFEST}`);
}

function checkNoneMissing(folder: string, manifest: Manifest): void {
  const { shards } = manifest;
  const missing = shards.filter((shard) => !hasResult(folder, manifest, shard));
  const [first] = missing;
  if (!first) return;
  const lines = missing.reduce((sum, shard) => sum + shard.lines, 0);
  const last = first.firstLine + first.lines - 1;
  const input = manifest.inputs[first.file]?.name;
  const where = `lines ${first.firstLine} to ${last} of ${input} (shard ${shards.indexOf(first)})`;
  const what = `${missing.length} of ${shards.length} shards, ${lines} lines`;
  throw new BatchError(
    `${JSON.stringify(folder)} lacks ${what}; the first are ${where}; run the batch again to finish it`,
  );
}

/** Returns how many entries are errors. @throws BatchError */
async function checkShard(path: string, manifest: Manifest, shard: Shard): Promise<number> {
  let [index, failures] = [0, 0];
  const splitter = lineSplitter(Number.POSITIVE_INFINITY, ({ bytes }) => {
    const entry = entryOf(new TextDecoder().decode(bytes), manifest, shard, index);
    if (!entry) throw damaged(path, `its line ${index + 1} is not the entry of line ${shard.firstLine + index}`);
    if ("error" in entry) failures++;
    index++;
  });
  for await (const chunk of chunksOf(path)) splitter.push(chunk);
  splitter.end();
  if (index === shard.lines) return failures;
  throw damaged(path, `it has ${index} entries for ${shard.lines} lines`);
}

/** The entry of a shard's line; undefined if the text is none, or that of another line. */
function entryOf(text: string, manifest: Manifest, shard: Shard, index: number): object | undefined {
  const head = JSON.stringify(entryHead(manifest, shard, index)).slice(0, -1);
  if (index >= shard.lines || !text.startsWith(`${head},`)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(path: string, what: string): BatchError {
  return new BatchError(`${JSON.stringify(path)} is damaged: ${what}; delete it and run the batch again`);
}
