/** A static host as there are many: the files of a folder under a sub-path, without any header of isolation. */
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

export interface PlainServer {
  /** Of the page, with a sub-path. */
  readonly url: string;
  /** What was asked for, with its query, and the body of what was sent. */
  readonly log: string[];
  /** Does not answer requests for this file from now on. */
  hang(name: string): void;
  /** Serves another folder from now on. */
  deploy(folder: string): void;
  close(): Promise<void>;
}

/** `path` begins and ends with a slash. */
export async function servePlainly(folder: string, path = "/of/many/"): Promise<PlainServer> {
  const log: string[] = [];
  let deployed = folder;
  let hanging: string | undefined;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    log.push(`${request.method} ${request.url}${Buffer.concat(pieces)}`);
    const [name = ""] = (request.url ?? "").split("?");
    if (hanging !== undefined && name === path + hanging) return;
    const file = join(deployed, name.slice(path.length) || "index.html");
    const isFile = name.startsWith(path) && (await stat(file).catch(() => undefined))?.isFile();
    if (isFile) {
      const bytes = await readFile(file);
      response.writeHead(200, {
        "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
        "Content-Length": bytes.length,
      });
      response.end(bytes);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    log,
    hang: (name) => {
      hanging = name;
    },
    deploy: (other) => {
      deployed = other;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
