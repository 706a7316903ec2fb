/** Range requests for parts of a remote file; responses are verified, because a server may send something else. */
import type { ByteSource } from "@tsgpt/gpt";
import { describeForeignFile, quote } from "@tsgpt/gpt";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import type { RemoteFile } from "./remote-files.ts";

export interface RangeBody {
  /** The offset in the file at which the body begins: 0 if the server ignores ranges. */
  readonly start: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Range {
  readonly begin: number;
  /** Exclusive; by default, the end of the file. */
  readonly end?: number;
}

/**
 * Requests a range of a file; `subject` is its name in messages.
 * @throws HubError if the response has another range or length, or is a web page, say; what a request throws
 */
export async function requestRange(
  client: HubClient,
  url: string,
  file: RemoteFile,
  { begin, end }: Range,
  subject: string,
): Promise<RangeBody> {
  const isWhole = begin === 0 && end === undefined && !client.hidesHeaders;
  // No If-Range: the store's ETag differs from the hub's, so every resume would restart; the hash is checked anyway.
  const headers: Record<string, string> = isWhole
    ? {}
    : { range: `bytes=${begin}-${end === undefined ? "" : end - 1}` };
  const response = await client.request(url, { headers }, subject);
  const start = response.status === 206 ? begin : 0;
  const body = piecesOf(response);
  const problem = wrongHeaders(response, begin, file, client.hidesHeaders ?? false);
  if (problem === undefined) return { start, body };
  throw new HubError(`${subject}: ${problem}${describeStart(await firstPiece(body))}`);
}

/** The pieces of a body. It ends when they are no longer asked for. Not every browser iterates a stream. */
async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  const reader = body?.getReader();
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || !value) return;
      yield value;
    }
  } finally {
    void reader?.cancel().catch(() => {});
  }
}

function wrongHeaders(response: Response, begin: number, file: RemoteFile, areHidden: boolean): string | undefined {
  if (response.status !== 206) return areHidden ? undefined : wrongLength(response, file);
  if (areHidden && !response.headers.has("content-range")) return undefined;
  return wrongRange(response, begin, file);
}

function wrongRange({ headers }: Response, begin: number, { size }: RemoteFile): string | undefined {
  const range = headers.get("content-range") ?? "";
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? [];
  if (Number(first) === begin && Number(total) === size) return undefined;
  return `bytes from ${begin} of ${size} were asked for, and ${quote(range)} came`;
}

function wrongLength({ headers }: Response, { size }: RemoteFile): string | undefined {
  const length = headers.get("content-length");
  return length === null || Number(length) === size ? undefined : `${length} bytes came in place of ${size}`;
}

/** Does not wait for the rest. */
async function firstPiece(body: RangeBody["body"]): Promise<Uint8Array> {
  for await (const piece of body) return piece;
  return new Uint8Array();
}

/** Describes a wrong file by its first bytes, to end a message; "" if it is not recognized. */
export function describeStart(firstBytes: Uint8Array): string {
  const [what] = describeForeignFile(firstBytes.subarray(0, 64))?.split(":") ?? [];
  return what === undefined ? "" : `; what came ${what}`;
}

/** A file of the hub as a source, `subject` its name: every read is a request. */
export function remoteSource(client: HubClient, url: string, file: RemoteFile, subject: string): ByteSource {
  const read = (offset: number, into: Uint8Array) =>
    client.retrying(async () => {
      if (into.length === 0) return;
      const range = { begin: offset, end: offset + into.length };
      const { start, body } = await requestRange(client, url, file, range, subject);
      await fill(into, offset - start, body, subject);
    });
  return { name: subject, size: file.size, read };
}

/** Fills `into` with the bytes after the first `skipped`, without waiting for the rest. */
async function fill(into: Uint8Array, skipped: number, body: RangeBody["body"], subject: string): Promise<void> {
  let position = -skipped;
  for await (const chunk of body) {
    const wanted = chunk.subarray(Math.max(0, -position), Math.max(0, into.length - position));
    into.set(wanted, Math.max(0, position));
    position += chunk.length;
    if (position >= into.length) return;
  }
  throw new HubError(`${subject}: the response ended early`, { transient: true });
}
