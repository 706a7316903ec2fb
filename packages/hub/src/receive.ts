/**
 * Receives one file of the hub, wherever it is kept: what is there stays, the rest is asked for by a range, and the
 * hash is the hub's. Bytes are written at their offset.
 */
import { describeStart, requestRange } from "./byte-range.ts";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import type { RemoteFile } from "./remote-files.ts";

/** A file of the hub that is to be received. */
export interface Wanted {
  readonly file: RemoteFile;
  readonly url: string;
  /** The model and the file, for messages. */
  readonly subject: string;
}

/** A file that is being received. */
export interface Part {
  /** Bytes that are there. */
  size(): Promise<number>;
  /** Writes bytes at an offset. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Cuts it to so many bytes. */
  truncate(size: number): Promise<void>;
  /** Deletes it, because it is wrong. */
  discard(): Promise<void>;
}

/** How receiving is followed. */
export interface Receiving {
  /** Called with the number of bytes present; it decreases if a server made the download restart. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Receives the missing bytes, in one request. @throws HubError, and then the part is resumable unless it was wrong */
export async function receive(
  client: HubClient,
  { file, url, subject }: Wanted,
  part: Part,
  { onProgress }: Receiving,
): Promise<void> {
  const size = await part.size();
  const there = size > file.size ? 0 : size;
  onProgress?.(there);
  if (there === file.size && size === file.size) return;
  const { start, body } = await requestRange(client, url, file, { begin: there }, subject).catch(async (error) => {
    if (error instanceof HubError && error.status === 416) await part.discard();
    throw error;
  });
  if (start < size) await part.truncate(start);
  let position = start;
  for await (const chunk of body) {
    if (position + chunk.length > file.size) {
      await part.discard();
      throw new HubError(`${subject}: received more than its ${file.size}`);
    }
    await part.write(chunk, position);
    position += chunk.length;
    onProgress?.(position);
  }
  if (position < file.size) throw new HubError(`${subject}: the response ended early`, { transient: true });
}

/** What git hashes by SHA-1 before a file's bytes; undefined for a file whose hash is a SHA-256. */
export function hashPrefix({ size, hash }: RemoteFile): string | undefined {
  return hash.length === 64 ? undefined : `blob ${size}\0`;
}

/** The error for a file that has another hash than the hub says; `first` are its first bytes. */
export function wrongHash({ file, subject }: Wanted, got: string, first: Uint8Array): HubError | undefined {
  if (got === file.hash) return undefined;
  const what = `its ${hashPrefix(file) === undefined ? "SHA-256" : "git hash"} is ${got}, the hub says ${file.hash}`;
  return new HubError(`${subject}: ${what}${describeStart(first)}; it is deleted`);
}
