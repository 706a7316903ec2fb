/**
 * Cuts files into shards: byte ranges that end at line ends. A shard's name is a hash of its input and of what its
 * answers depend on besides, so that the file of its results tells by its name whether it is still right.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { BatchError } from "./batch-error.ts";

/** A range of whole lines of one file. */
export interface Shard {
  /** Index of its file among the inputs, from 0. */
  readonly file: number;
  /** Bytes of the file, from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
  /** Number of its first line in the file, from 1. */
  readonly firstLine: number;
  readonly lines: number;
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * The shards of all files, in order: each of at least `shardBytes`, up to the end of the line that reaches it; the last
 * one of a file may be smaller. An empty file has none.
 * @throws BatchError for a file that cannot be read; the reason of the signal
 */
export async function planShards(paths: readonly string[], shardBytes: number, signal?: AbortSignal): Promise<Shard[]> {
  const shards: Shard[][] = [];
  for (const [file, path] of paths.entries()) shards.push(await shardsOf(path, file, shardBytes, signal));
  return shards.flat();
}

interface OpenShard {
  readonly start: number;
  readonly firstLine: number;
  readonly hash: Hash;
}

async function shardsOf(path: string, file: number, shardBytes: number, signal?: AbortSignal): Promise<Shard[]> {
  const shards: Shard[] = [];
  let open: OpenShard = { start: 0, firstLine: 1, hash: createHash("sha256") };
  let [read, lines, lineStart] = [0, 0, 0]; // bytes before the chunk; lines of the file; first byte of the last line
  const close = (end: number) => {
    const { start, firstLine, hash } = open;
    shards.push({ file, start, end, firstLine, lines: lines + 1 - firstLine, sha256: hash.digest("hex") });
    open = { start: end, firstLine: lines + 1, hash: createHash("sha256") };
  };
  for await (const chunk of chunksOf(path, { signal })) {
    let hashed = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
      lines++;
      lineStart = read + at + 1;
      if (lineStart - open.start < shardBytes) continue;
      open.hash.update(chunk.subarray(hashed, at + 1));
      hashed = at + 1;
      close(lineStart);
    }
    open.hash.update(chunk.subarray(hashed));
    read += chunk.length;
  }
  if (lineStart < read) lines++; // the last line has no end
  if (open.start < read) close(read);
  return shards;
}

const NEWLINE = 10;
const CHUNK = 1 << 20;

interface Reading {
  readonly range?: { readonly start: number; readonly end: number };
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of a file, or of a range of it, in pieces. @throws BatchError; the reason of the signal */
export async function* chunksOf(path: string, { range, signal }: Reading = {}) {
  const bounds = range && { start: range.start, end: range.end - 1 };
  const stream = createReadStream(path, { highWaterMark: CHUNK, ...bounds });
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw cannotRead(path, error);
  }
}

/** The length of a file. @throws BatchError if it cannot be read or is not a file */
export async function bytesOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  if (found.isFile()) return found.size;
  throw new BatchError(`cannot cut ${JSON.stringify(path)} into shards: it is not a file; write its lines to one`);
}

function cannotRead(path: string, error: unknown): BatchError {
  return new BatchError(`cannot read ${JSON.stringify(path)}: ${(error as Error).message}`);
}

const DIGITS = 32;

/**
 * The name of a shard's results: a hash of what their entries depend on: the digest of the run, the name of the file if
 * they have it, the place in the file, and the bytes.
 */
export function shardName(run: string, file: string | undefined, { firstLine, sha256 }: Shard): string {
  const text = JSON.stringify([run, file ?? null, firstLine, sha256]);
  return createHash("sha256").update(text).digest("hex").slice(0, DIGITS);
}

/** Part `index`, from 0, of `count`: every count-th shard, so that the parts are of one size. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

/** The shards of a part. */
export function shardsOfPart(shards: readonly Shard[], part: Part): Shard[] {
  return shards.filter((_, i) => i % part.count === part.index);
}
