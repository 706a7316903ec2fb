/**
 * Serves a folder on this machine, with the headers of cross-origin isolation, without which a page gets one thread, and
 * the page's Content-Security-Policy, which its meta tag does not give to a worker.
 */
import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".safetensors": "application/octet-stream",
};

const HEADERS = {
  "Cache-Control": "no-cache",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

export interface Served {
  readonly url: string;
  /** Ends at once, whatever is being sent. */
  close(): Promise<void>;
}

/** Serves a folder on a port of 127.0.0.1; 0 takes a free one. @throws Error if the port is taken */
export async function serve(folder: string, port: number): Promise<Served> {
  const root = await realpath(folder);
  const headers = { ...HEADERS, ...(await policyOf(root)) };
  const server = createServer((request, response) => void answer(root, headers, request, response));
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${taken}/`, close: () => close(server) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The policy of the page in a folder; none if it has none. */
async function policyOf(root: string): Promise<OutgoingHttpHeaders> {
  const html = await readFile(join(root, "index.html"), "utf8").catch(() => "");
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  return policy === undefined ? {} : { "Content-Security-Policy": policy.replaceAll("&#39;", "'") };
}

async function answer(
  root: string,
  headers: OutgoingHttpHeaders,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    return;
  }
  const file = await findFile(root, request.url ?? "/");
  if (!file) {
    response
      .writeHead(404, { ...headers, "Content-Type": "text/plain; charset=utf-8" })
      .end("There is no such file.\n");
    return;
  }
  const type = TYPES[extname(file.path)] ?? "application/octet-stream";
  response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": file.size });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file.path)
      .on("error", () => response.destroy())
      .pipe(response);
}

/** The file of a request, if it is below `root`, links followed. */
async function findFile(root: string, url: string): Promise<{ path: string; size: number } | undefined> {
  try {
    const name = decodeURIComponent(url.replace(/[?#].*$/s, ""));
    const path = await realpath(join(root, name.endsWith("/") ? `${name}index.html` : name));
    const found = await stat(path);
    return path.startsWith(root + sep) && found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    return undefined; // no such file, or no valid name
  }
}
