/**
 * A hub on loopback for tests: the routes of huggingface.co that a download takes (revision, tree, resolve, and a store of
 * another origin that large files are redirected to), with their headers, and with faults that a test switches on.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface HubRepo {
  /** Files by revision, "main" and others; each revision is a commit. */
  readonly revisions: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  /** Wanted for everything (401 without it) or, if gated, for files (403 without it). */
  readonly token?: string;
  readonly gated?: boolean;
}

/** What goes wrong with one request. */
export interface Fault {
  /** Answers this status, with `headers`. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Ends the body there, as if it were whole. */
  readonly endAfter?: number;
  /** Sends this in place of the file. */
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
  /** Answers 200 and the whole file to a range request. */
  readonly ignoreRange?: boolean;
  /** Sends no more after so many bytes, and does not end. */
  readonly stallAfter?: number;
  /** Without a Content-Length. */
  readonly chunked?: boolean;
  readonly bytesPerSecond?: number;
}

export interface Asked {
  readonly kind: "revision" | "tree" | "file" | "store";
  /** The file's name; "" for an API route. */
  readonly name: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** How many of this kind and name came before. */
  readonly before: number;
}

export interface LocalHub {
  readonly url: string;
  /** Where large files come from: another origin. */
  readonly storeUrl: string;
  readonly repos: Record<string, HubRepo>;
  /** Every request so far. */
  readonly asked: Asked[];
  /** Requests under way, and the most that there were at once. */
  active: number;
  mostActive: number;
  /** Bytes of files handed to the network so far. */
  sentBytes: number;
  /** What goes wrong; nothing by default. */
  fault: (asked: Asked) => Fault | undefined;
  commitOf(id: string, revision?: string): string;
  close(): Promise<void>;
}

export const sha256 = hashedOnce((bytes) => createHash("sha256").update(bytes).digest("hex"));
export const gitSha1 = hashedOnce((bytes) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
);

/** `hash`, computed once for each array; tests do not change the files that they publish. */
function hashedOnce(hash: (bytes: Uint8Array) => string): (bytes: Uint8Array) => string {
  const known = new WeakMap<Uint8Array, string>();
  return (bytes) => {
    const found = known.get(bytes) ?? hash(bytes);
    known.set(bytes, found);
    return found;
  };
}

const isLfs = (name: string) => /\.(safetensors|bin)$/.test(name);
/** As a cache names the file's blob. */
export const hashOf = (name: string, bytes: Uint8Array): string => (isLfs(name) ? sha256 : gitSha1)(bytes);

/** Starts one. */
export async function startHub(repos: Record<string, HubRepo>): Promise<LocalHub> {
  const hub: LocalHub = {
    url: "",
    storeUrl: "",
    repos,
    asked: [],
    active: 0,
    mostActive: 0,
    sentBytes: 0,
    fault: () => undefined,
    commitOf: (id, revision = "main") => commitOf(repos[id].revisions[revision]),
    close: async () => void (await Promise.all([close(server), close(store)])),
  };
  const answer = (isStore: boolean) => (request: IncomingMessage, response: ServerResponse) =>
    void count(hub, serve(hub, isStore, storeUrl, request, response)).catch(() => response.destroy());
  const store = createServer(answer(true));
  const storeUrl = await listen(store, "localhost"); // another host than the hub's
  (hub as { storeUrl: string }).storeUrl = storeUrl;
  const server = createServer(answer(false));
  (hub as { url: string }).url = await listen(server);
  return hub;
}

async function count(hub: LocalHub, served: Promise<void>): Promise<void> {
  hub.mostActive = Math.max(hub.mostActive, ++hub.active);
  await served.finally(() => hub.active--);
}

async function listen(server: Server, host = "127.0.0.1"): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function commitOf(files: Readonly<Record<string, Uint8Array>>): string {
  const list = Object.entries(files).map(([name, bytes]) => `${name} ${hashOf(name, bytes)}`);
  return createHash("sha1").update(list.join("\n")).digest("hex");
}

interface Route {
  readonly kind: Asked["kind"];
  readonly id: string;
  readonly revision: string;
  readonly name: string;
}

function routeOf(url: string): Route | undefined {
  const { pathname } = new URL(url, "http://hub");
  const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(pathname);
  if (api) return { kind: api[2] as "revision" | "tree", id: api[1], revision: decodeURIComponent(api[3]), name: "" };
  const file = /^\/(store\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
  if (!file) return undefined;
  const [, store, id, revision, name] = file;
  const kind = store ? "store" : "file";
  return { kind, id, revision: decodeURIComponent(revision), name: decodeURIComponent(name) };
}

async function serve(
  hub: LocalHub,
  isStore: boolean,
  storeUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("access-control-allow-origin", "*"); // for web pages, to which the store hides its Content-Range
  if (!isStore) response.setHeader("access-control-expose-headers", "X-Error-Code, Link, Content-Range");
  const route = routeOf(request.url ?? "");
  if (!route || isStore !== (route.kind === "store")) return refuse(response, 404, {});
  const { kind, name } = route;
  const before = hub.asked.filter((asked) => asked.kind === kind && asked.name === name).length;
  const { range, authorization } = request.headers;
  const asked: Asked = { kind, name, range, authorization, before };
  hub.asked.push(asked);
  const fault = hub.fault(asked) ?? {};
  if (fault.status !== undefined) return refuse(response, fault.status, fault.headers ?? {});
  const repo = hub.repos[route.id];
  const refusal = refusalOf(repo, route, authorization);
  if (refusal) return refuse(response, refusal[0], { "x-error-code": refusal[1] });
  const revision = Object.keys(repo.revisions).find(
    (key) => key === route.revision || commitOf(repo.revisions[key]) === route.revision,
  ) as string;
  const files = repo.revisions[revision];
  if (kind === "revision")
    return send(hub, response, fault, Buffer.from(JSON.stringify({ id: route.id, sha: commitOf(files) })));
  if (kind === "tree") return sendTree(hub, response, fault, request.url as string, files);
  return sendFile(hub, storeUrl, request, response, { route, fault, bytes: files[name], commit: commitOf(files) });
}

function refusalOf(repo: HubRepo | undefined, route: Route, authorization?: string): [number, string] | undefined {
  if (route.kind === "store" && repo) return undefined; // signed addresses, open to all
  const admitted = repo?.token === undefined || authorization === `Bearer ${repo.token}`;
  if (!repo) return authorization ? [404, "RepoNotFound"] : [401, "RepoNotFound"];
  if (!admitted && !repo.gated) return [401, "RepoNotFound"];
  const files = Object.entries(repo.revisions).find(
    ([key, value]) => key === route.revision || commitOf(value) === route.revision,
  )?.[1];
  if (!files) return [404, "RevisionNotFound"];
  if (route.kind === "file" && !admitted) return [403, "GatedRepo"];
  if (route.kind === "file" && !Object.hasOwn(files, route.name)) return [404, "EntryNotFound"];
  return undefined;
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, headers).end("refused");
}

const PAGE = 4; // entries; the hub's are 1,000

async function sendTree(
  hub: LocalHub,
  response: ServerResponse,
  fault: Fault,
  path: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const url = new URL(path, hub.url);
  const first = Number(url.searchParams.get("cursor") ?? 0);
  const entries = Object.entries(files).map(([name, bytes]) => {
    const lfs = isLfs(name) ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {};
    const oid = isLfs(name) ? gitSha1(Buffer.from(sha256(bytes))) : gitSha1(bytes);
    return { type: "file", path: name, size: bytes.length, oid, ...lfs };
  });
  url.searchParams.set("cursor", String(first + PAGE));
  if (first + PAGE < entries.length) response.setHeader("link", `<${url}>; rel="next"`);
  return send(hub, response, fault, Buffer.from(JSON.stringify(entries.slice(first, first + PAGE))));
}

interface Wanted {
  readonly route: Route;
  readonly fault: Fault;
  readonly bytes: Uint8Array;
  readonly commit: string;
}

async function sendFile(
  hub: LocalHub,
  storeUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  { route, fault, bytes, commit }: Wanted,
): Promise<void> {
  const { kind, id, name } = route;
  const hash = hashOf(name, bytes);
  response.setHeader("accept-ranges", "bytes");
  if (kind === "file") {
    response.setHeader("x-repo-commit", commit);
    if (isLfs(name)) {
      const location = `${storeUrl}/store/${id}/resolve/${commit}/${encodeURIComponent(name)}`;
      const linked = { "x-linked-etag": `"${hash}"`, "x-linked-size": String(bytes.length) };
      return void response.writeHead(302, { location, ...linked }).end();
    }
  }
  response.setHeader("etag", kind === "store" ? `"store-${hash.slice(0, 8)}"` : `"${hash}"`); // a store's is its own
  const range = fault.ignoreRange ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const isHead = request.method === "HEAD";
  if (!range || fault.body !== undefined) return send(hub, response, fault, bytes, isHead);
  const begin = Number(range[1]);
  const end = range[2] === "" ? bytes.length : Math.min(Number(range[2]) + 1, bytes.length);
  if (begin >= bytes.length) return refuse(response, 416, { "content-range": `bytes */${bytes.length}` });
  response.statusCode = 206;
  response.setHeader("content-range", `bytes ${begin}-${end - 1}/${bytes.length}`);
  return send(hub, response, fault, bytes.subarray(begin, end), isHead);
}

async function send(
  hub: LocalHub,
  response: ServerResponse,
  fault: Fault,
  bytes: Uint8Array,
  isHead = false,
): Promise<void> {
  const body = fault.body === undefined ? bytes : Buffer.from(fault.body);
  if (fault.contentType !== undefined) response.setHeader("content-type", fault.contentType);
  if (!fault.chunked) response.setHeader("content-length", body.length);
  if (isHead) return void response.end();
  response.flushHeaders();
  const size = Math.min(body.length, fault.cutAfter ?? fault.endAfter ?? fault.stallAfter ?? body.length);
  const piece = fault.bytesPerSecond ? 4096 : 65_536;
  const closed = once(response, "close");
  for (let at = 0; at < size && !response.destroyed; at += piece) {
    const part = body.subarray(at, Math.min(at + piece, size));
    hub.sentBytes += part.length;
    if (!response.write(part)) await Promise.race([once(response, "drain"), closed]);
    if (fault.bytesPerSecond) await wait((1000 * part.length) / fault.bytesPerSecond);
  }
  if (fault.stallAfter !== undefined) await closed;
  else if (fault.cutAfter !== undefined) {
    await wait(200); // so that fetch hands over what was written before the end comes, on a busy machine too
    response.destroy();
  } else response.end();
}
