/**
 * Downloads one file of the hub into the cache. Downloads are verified and resume after an interruption; until then a
 * file has a temporary name. Bytes are written at their offset, so that two writers of one file would write the same.
 */
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import { hashPrefix, type Part, type Receiving, receive, type Wanted, wrongHash } from "./receive.ts";

export interface Download extends Wanted {
  readonly blob: string;
  readonly part: string;
}

export interface DownloadOptions extends Receiving {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file to its blob. A partial download is kept for the next run, unless it is wrong.
 * @throws HubError if the download fails, has the wrong hash, or does not fit on the disk; the signal's reason
 */
export async function download(client: HubClient, wanted: Download, options: DownloadOptions = {}): Promise<void> {
  const handle = await open(wanted.part, constants.O_RDWR | constants.O_CREAT);
  try {
    await client.retrying(() => receive(client, wanted, partOf(handle, wanted), options));
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

function partOf(handle: FileHandle, { part, subject }: Download): Part {
  return {
    size: async () => (await handle.stat()).size,
    write: (bytes, at) => write(handle, bytes, at, subject),
    truncate: (size) => handle.truncate(size),
    discard: () => rm(part, { force: true }),
  };
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

/** Hashes the file as read back from the disk: what is used is what was verified. */
async function checkHash(wanted: Download, signal: AbortSignal | undefined): Promise<void> {
  const { file, part } = wanted;
  const prefix = hashPrefix(file);
  const hash = createHash(prefix === undefined ? "sha256" : "sha1").update(prefix ?? "");
  let first: Uint8Array | undefined;
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
    first ??= chunk as Uint8Array;
    hash.update(chunk as Uint8Array);
  }
  const wrong = wrongHash(wanted, hash.digest("hex"), first ?? new Uint8Array());
  if (!wrong) return;
  await rm(part, { force: true });
  throw wrong;
}
