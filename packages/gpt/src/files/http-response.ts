/** What an HTTP response says of a file, and its body as a ModelFile. */
import { CheckpointError } from "../errors.ts";
import { arrivingFile } from "./arriving-file.ts";
import { blobFile } from "./blob-file.ts";
import { bodyPieces, cutShort } from "./http-body.ts";
import type { ModelFile, OpenOptions } from "./model-files.ts";

/** S3 answers 403 for what does not exist, the hub 401; what is needed is then an error. */
const ABSENT = [401, 403, 404, 410];

/**
 * The file in the response; undefined if the server has none. `onAbsence` is then told the reason: a status, or a web
 * page, which servers of single-page applications send for every address that they do not know.
 * @throws CheckpointError for any other status, and if the body is not what the headers announce
 */
export async function responseFile(
  name: string,
  response: Response,
  options: OpenOptions,
  onAbsence: (reason: string) => void,
): Promise<ModelFile | undefined> {
  const absence = absenceOf(response);
  if (absence === undefined) return bodyFile(name, response, options);
  onAbsence(absence);
  if (response.status !== 404) options.onNote?.(`${name}: ${absence}; loading goes on as without this file`);
  discard(response);
  return undefined;
}

function absenceOf(response: Response): string | undefined {
  if (ABSENT.includes(response.status)) return statusOf(response);
  const isPage = response.ok && /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
  return isPage ? "the server answered with a web page" : undefined;
}

/** `404 Not Found`; over HTTP/2, `404`. */
function statusOf({ status, statusText }: Response): string {
  return `${status} ${statusText}`.trim();
}

async function bodyFile(name: string, response: Response, options: OpenOptions): Promise<ModelFile> {
  if (!response.ok) {
    discard(response);
    throw new CheckpointError(name, `cannot be read: the server answered ${statusOf(response)}`);
  }
  const size = announcedLength(response);
  if (options.largest === undefined && size !== undefined) return arrivingFile(name, response, size, options.signal);
  return blobFile(name, await wholeBody(name, response, options));
}

/**
 * Bytes; undefined if the server does not say, or says how many they are when compressed. Of another origin's response
 * Content-Encoding is hidden, so that its length may be that of a compressed body: it does not count.
 */
function announcedLength({ headers, type }: Response): number | undefined {
  const length = type === "cors" ? null : headers.get("content-length");
  return length !== null && /^\d+$/.test(length) && !headers.has("content-encoding") ? Number(length) : undefined;
}

async function wholeBody(
  name: string,
  response: Response,
  { largest = Number.POSITIVE_INFINITY, signal }: OpenOptions,
): Promise<Blob> {
  const size = announcedLength(response);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let arrived = 0;
  for await (const piece of bodyPieces(name, response, signal)) {
    pieces.push(piece);
    arrived += piece.length;
    if (Math.max(arrived, size ?? 0) <= largest) continue;
    throw new CheckpointError(name, `has ${size ?? `at least ${arrived}`} bytes, the most is ${largest}`);
  }
  if (size !== undefined && arrived < size) throw cutShort(name, arrived, size);
  return new Blob(pieces);
}

/** Ends a response whose body is of no use. */
export function discard({ body }: Response): void {
  void body?.cancel().catch(() => {});
}
