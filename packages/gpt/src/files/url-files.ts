/**
 * A model's files at a URL. Weights are read by range requests if the server honors them, otherwise as one response.
 */
import { CheckpointError, quote } from "../errors.ts";
import { discard, responseFile } from "./http-response.ts";
import type { ModelFile, ModelFiles, OpenOptions } from "./model-files.ts";
import { FIRST_RANGE, rangeFile, rangeHeader, sizeOfRange } from "./range-file.ts";

/** What makes servers of single-page applications answer 404 for a file that they do not have, not with their page. */
const ACCEPT = "application/json, application/octet-stream, text/plain";

/** The files under `base`, whose query string is kept. @throws TypeError if it is not the URL of a folder */
export function urlFiles(base: string | URL): ModelFiles {
  const folder = absolute(base);
  const answers = new Map<string, string>();
  return {
    name: nameOf(folder),
    place: shown(folder),
    open: (name, options) => openUrl(name, within(folder, name), options, (reason) => answers.set(name, reason)),
    missing: async (name) => `: ${answers.get(name)}`,
  };
}

async function openUrl(
  name: string,
  url: URL,
  options: OpenOptions,
  onAbsence: (reason: string) => void,
): Promise<ModelFile | undefined> {
  const { largest, signal } = options;
  const request = (range?: string) => fetchFile(name, url, signal, range);
  if (largest !== undefined) return responseFile(name, await request(), options, onAbsence);
  const first = await request(FIRST_RANGE);
  const size = sizeOfRange(first);
  if (size !== undefined) {
    return rangeFile(name, { first, size, request: (begin, last) => request(rangeHeader(begin, last)), signal });
  }
  // 206: another origin's Content-Range, hidden unless Access-Control-Expose-Headers names it. 416: an empty file.
  if (first.status !== 206 && first.status !== 416) return responseFile(name, first, options, onAbsence);
  discard(first);
  return responseFile(name, await request(), options, onAbsence);
}

async function fetchFile(
  name: string,
  url: URL,
  signal: AbortSignal | undefined,
  range: string | undefined,
): Promise<Response> {
  const headers = { accept: ACCEPT, ...(range !== undefined && { range }) };
  return fetch(url, { headers, signal: signal ?? null }).catch((cause: Error) => {
    signal?.throwIfAborted();
    const reasons = "no such server, no network, or a server that does not allow this page's origin (CORS)";
    throw new CheckpointError(name, `cannot be fetched from ${shown(url)}: ${cause.message}: ${reasons}`, { cause });
  });
}

/** Relative to the page or the worker, as in fetch. */
function absolute(base: string | URL): URL {
  const url = parsed(base);
  if (!url || !parsed("file", url) || url.protocol === "file:") {
    throw new TypeError(`loadModel: ${quote(String(base))} is not the URL of a folder; give ${adviceHere()}`);
  }
  if (url.username === "" && url.password === "") return url;
  const advice = "give a function that fetches with an Authorization header";
  throw new TypeError(`loadModel: the URL of ${url.host} has a user name or password, which fetch refuses; ${advice}`);
}

function adviceHere(): string {
  const protocol = globalThis.location?.protocol ?? "http:";
  if (/^https?:$/.test(protocol)) {
    return "an absolute one, or in a browser one relative to the page; @tsgpt/gpt/node reads folders";
  }
  return `an absolute one with http: or https:; none is relative to a page or worker with ${protocol}`;
}

function parsed(url: string | URL, base: string | URL | undefined = globalThis.location?.href): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

function within(folder: URL, name: string): URL {
  const url = new URL(folder);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(name)}`;
  url.hash = "";
  return url;
}

/** Without the query string, which may hold a secret. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** The last segment of the path; at the hub, whose paths end in /resolve/main, the one before that. */
function nameOf({ pathname, host }: URL): string {
  const segments = pathname.replace(/\/resolve\/[^/]+\/*$/, "").split("/");
  const name = segments.filter(Boolean).at(-1) ?? host;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
