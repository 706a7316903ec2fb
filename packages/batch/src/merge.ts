/** Joins the results of a batch, after a check that every input line has exactly one entry. */
import { BatchError } from "./batch-error.ts";
import { MANIFEST, type Manifest, readManifest } from "./manifest.ts";
import { entryHead, hasResult, type Result, resultOf, resultPath } from "./results.ts";
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
 * Checks a batch: each shard has its results, each line of it one entry, in order. The keys `copied` come from the
 * input and are no answer.
 * @throws BatchError for a folder without a batch, shards that are missing, and results that are not whole; the reason
 * of the signal
 */
export async function checkBatch(
  folder: string,
  copied: readonly string[] = [],
  signal?: AbortSignal,
): Promise<MergeReport> {
  const manifest = manifestOf(folder);
  checkNoneMissing(folder, manifest);
  let [lines, failures] = [0, 0];
  for (const shard of manifest.shards) {
    lines += shard.lines;
    failures += await checkShard(folder, manifest, shard, { copied, signal });
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

interface Check {
  readonly copied: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Checks the results of a shard; returns how many entries are errors. @throws BatchError; the reason of the signal */
export async function checkShard(
  folder: string,
  manifest: Manifest,
  shard: Shard,
  { copied, signal }: Check,
): Promise<number> {
  const path = resultPath(folder, manifest, shard);
  const result = resultOf(manifest, shard);
  let [index, failures, last] = [0, 0, NEWLINE];
  const splitter = lineSplitter(Number.POSITIVE_INFINITY, ({ bytes }) => {
    const entry = entryOf(new TextDecoder().decode(bytes), result, shard, index);
    if (!entry) throw damaged(path, `its line ${index + 1} is not the entry of line ${shard.firstLine + index}`);
    const what = contentOf(entry, result, copied);
    if (!what) throw damaged(path, `its line ${index + 1} has neither an answer nor an error`);
    if (what === "error") failures++;
    index++;
  });
  for await (const chunk of chunksOf(path, { signal })) {
    splitter.push(chunk);
    last = chunk.at(-1) ?? last;
  }
  splitter.end();
  if (index !== shard.lines) throw damaged(path, `it has ${index} entries for ${shard.lines} lines`);
  if (last !== NEWLINE) throw damaged(path, "its last line has no end");
  return failures;
}

const NEWLINE = 10;

/** What an entry has besides its head and what is copied from the input. */
function contentOf(entry: object, { file }: Result, copied: readonly string[]): "answer" | "error" | undefined {
  if ("error" in entry) return typeof entry.error === "string" && entry.error !== "" ? "error" : undefined;
  const others = ["line", "run", ...(file === undefined ? [] : ["file"]), ...copied];
  return Object.keys(entry).some((key) => !others.includes(key)) ? "answer" : undefined;
}

/** The entry of a shard's line; undefined if the text is none, or that of another line. */
function entryOf(text: string, result: Result, shard: Shard, index: number): object | undefined {
  const head = JSON.stringify(entryHead(result, shard.firstLine + index)).slice(0, -1);
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
