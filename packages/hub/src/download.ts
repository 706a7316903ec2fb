/**
 * Downloads one file of the hub into the cache. Downloads are verified and resume after an interruption; until then a
 * file has a temporary name. Bytes are written at their offset, so that two writers of one file would write the same.
 */
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { describeStart, requestRange } from "./byte-range.ts";
import type { HubClient } from "./client.ts";
import { HubError } from "./hub-error.ts";
import type { RemoteFile } from "./remote-files.ts";

export interface Download {
  readonly file: RemoteFile;
  readonly url: string;
  /** The model and the file, for messages. */
  readonly subject: string;
  readonly blob: string;
  readonly part: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes present; it decreases if a server made the download restart. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Downloads a file to its blob. A partial download is kept for the next run, unless it is wrong.
 * @throws HubError if the download fails, has the wrong hash, or does not fit on the disk; the signal's reason
 */
export async function download(client: HubClient, wanted: Download, options: DownloadOptions = {}): Promise<void> {
  const handle = await open(wanted.part, constants.O_RDWR | constants.O_CREAT);
  try {
    await client.retrying(() => receive(client, wanted, handle, options));
    await handle.sync(); // otherwise a power failure could leave the name without the bytes
  } catch (error) {
    if ((await handle.stat()).size === 0) await rm(wanted.part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await checkHash(wanted, options.signal);
  await rename(wanted.part, wanted.blob);
}

/** Downloads the missing bytes. */
async function receive(
  client: HubClient,
  { file, url, subject, part }: Download,
  handle: FileHandle,
  { onProgress }: DownloadOptions,
): Promise<void> {
  const stat = await handle.stat();
  const there = stat.size > file.size ? 0 : stat.size;
  onProgress?.(there);
  if (there === file.size && stat.size === file.size) return;
  const spoilt = (error: unknown) => discardIf(error instanceof HubError && error.status === 416, part, error);
  const { start, body } = await requestRange(client, url, file, { begin: there }, subject).catch(spoilt);
  if (start < stat.size) await handle.truncate(start);
  let position = start;
  for await (const chunk of body) {
    if (position + chunk.length > file.size)
      await discardIf(true, part, new HubError(`${subject}: received more than its ${file.size}`));
    await write(handle, chunk, position, subject);
    position += chunk.length;
    onProgress?.(position);
  }
  if (position < file.size) throw new HubError(`${subject}: the response ended early`, { transient: true });
}

async function write(handle: FileHandle, chunk: Uint8Array, position: number, subject: string): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle
      .write(chunk, done, chunk.length - done, position + done)
      .catch((cause: NodeJS.ErrnoException) => {
        const full = cause.code === "ENOSPC" || cause.code === "EDQUOT";
        const why = full ? "the disk is full; free some space and run again to resume" : cause.message;
        throw new HubError(`${subject}: cannot be written: ${why}`, { cause });
      });
    done += bytesWritten;
  }
}

async function discardIf(wrong: boolean, part: string, error: unknown): Promise<never> {
  if (wrong) await rm(part, { force: true });
  throw error;
}

/** Hashes the file as read back from the disk: what is used is what was verified. */
async function checkHash({ file, subject, part }: Download, signal: AbortSignal | undefined): Promise<void> {
  const isLfs = file.hash.length === 64;
  const hash = createHash(isLfs ? "sha256" : "sha1");
  if (!isLfs) hash.update(`blob ${file.size}\0`);
  let first: Uint8Array | undefined;
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
    first ??= chunk as Uint8Array;
    hash.update(chunk as Uint8Array);
  }
  const got = hash.digest("hex");
  if (got === file.hash) return;
  const what = `its ${isLfs ? "SHA-256" : "git hash"} is ${got}, the hub says ${file.hash}`;
  const problem = `${subject}: ${what}${describeStart(first ?? new Uint8Array())}; it is deleted`;
  await discardIf(true, part, new HubError(problem));
}
