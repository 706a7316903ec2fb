/**
 * A ModelFile read by HTTP range requests (RFC 9110, 14), in blocks of 8 MiB of which the last few are kept: tensors
 * are read in the order of the file, so that each block arrives once, and the file is never in memory as a whole.
 */
import { endOfFile } from "../checkpoint/byte-source.ts";
import { CheckpointError } from "../errors.ts";
import { arrivingFile } from "./arriving-file.ts";
import { discard } from "./http-response.ts";
import type { ModelFile } from "./model-files.ts";

const BLOCK = 8 << 20; // bytes
const KEPT = 6; // blocks: two for each tensor that is being loaded

/** Requests the bytes from `begin` to `last`, both included. */
type RequestRange = (begin: number, last: number) => Promise<Response>;

/** The header of the request for the first block. */
export const FIRST_RANGE = rangeHeader(0, BLOCK - 1);

export function rangeHeader(begin: number, last: number): string {
  return `bytes=${begin}-${last}`;
}

/** The size of the file of which `response` is the first block; undefined if it does not say, or is no range. */
export function sizeOfRange(response: Response): number | undefined {
  const [begin, , size] = contentRange(response) ?? [];
  return response.status === 206 && begin === 0 ? size : undefined;
}

/** `first` is the response to FIRST_RANGE, of a file of `size` bytes. @throws CheckpointError if it has other bytes */
export function rangeFile(name: string, { first, size, request, signal }: RangeOptions): ModelFile {
  const version = versionOf(first);
  const blockOf = (response: Response, begin: number): ModelFile => {
    const length = Math.min(BLOCK, size - begin);
    checkRange(name, response, { begin, length, size, version });
    return arrivingFile(name, response, length, signal);
  };
  const blocks = new Map([[0, Promise.resolve(blockOf(first, 0))]]);
  const blockAt = (begin: number): Promise<ModelFile> => {
    const block = blocks.get(begin) ?? request(begin, Math.min(begin + BLOCK, size) - 1).then((r) => blockOf(r, begin));
    blocks.delete(begin);
    blocks.set(begin, block); // the last one used
    for (const oldest of [...blocks.keys()].slice(0, -KEPT)) blocks.delete(oldest);
    return block;
  };
  const close = async () => {
    for (const block of await Promise.allSettled(blocks.values())) {
      if (block.status === "fulfilled") await block.value.close();
    }
    blocks.clear();
  };
  return { name, size, read: (offset, into) => readBlocks(name, size, blockAt, offset, into), close };
}

interface RangeOptions {
  readonly first: Response;
  readonly size: number;
  readonly request: RequestRange;
  readonly signal: AbortSignal | undefined;
}

async function readBlocks(
  name: string,
  size: number,
  blockAt: (begin: number) => Promise<ModelFile>,
  offset: number,
  into: Uint8Array,
): Promise<void> {
  if (offset + into.length > size) throw endOfFile(name, offset, into.length, size);
  for (let done = 0; done < into.length; ) {
    const within = (offset + done) % BLOCK;
    const block = await blockAt(offset + done - within);
    const piece = into.subarray(done, done + block.size - within);
    await block.read(within, piece);
    done += piece.length;
  }
}

interface Expected {
  readonly begin: number;
  readonly length: number;
  readonly size: number;
  readonly version: string | null;
}

/** @throws CheckpointError unless the response has the bytes that were asked for, of the same file as the first block */
function checkRange(name: string, response: Response, { begin, length, size, version }: Expected): void {
  const [from, last, total] = contentRange(response) ?? [];
  const range = [begin, begin + length] as const;
  const fail = (problem: string) => {
    discard(response);
    return new CheckpointError(name, problem, { range });
  };
  if (response.status !== 206) throw fail(`cannot be read on: the server answered ${response.status}`);
  if (total !== size || versionOf(response) !== version) throw fail("has changed on the server while it was read");
  if (from === begin && last === begin + length - 1) return;
  throw fail(`the server sent bytes ${from} to ${last}, not those that were asked for`);
}

/** First, last and size of `bytes 0-99/200`. */
function contentRange({ headers }: Response): [begin: number, last: number, size: number] | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function versionOf({ headers }: Response): string | null {
  return headers.get("etag") ?? headers.get("last-modified");
}
