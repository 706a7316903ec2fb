/**
 * Serves a bundled application and a model, as its users' servers would: every response has the Content-Security-Policy
 * that the core needs, no more, and those of an isolated site the two headers of cross-origin isolation.
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** What the core needs: to compile WebAssembly and, for threads, a worker from a blob. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

export interface Site {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface SiteOptions {
  /** The bundle, at /. */
  readonly folder: string;
  /** At /model/. */
  readonly model: string;
  readonly isolated: boolean;
}

/** Serves it on a free port of this machine. */
export async function serve({ folder, model, isolated }: SiteOptions): Promise<Site> {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const file = path.startsWith("/model/")
      ? join(model, path.slice(7))
      : join(folder, path === "/" ? "index.html" : path);
    const body = await readFile(file).catch(() => undefined);
    response.writeHead(body ? 200 : path === "/favicon.ico" ? 204 : 404, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
      ...(isolated && ISOLATION),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
