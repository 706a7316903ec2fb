/** A server of files on this machine, which does what a test makes it do. Node only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Files } from "./tiny-files.ts";

export interface FileServer {
  readonly url: string;
  /** What was asked for: `/model/config.json`, or `/model/model.safetensors bytes=0-9`. */
  readonly requests: string[];
  close(): Promise<void>;
}

interface Exchange {
  readonly name: string;
  /** Undefined if there is no such file. */
  readonly bytes: Uint8Array | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers a request itself, or returns false. */
export type Answer = (exchange: Exchange) => boolean | Promise<boolean>;

/** Serves `files` under any path. It honors ranges and sends an ETag, except where `answer` does otherwise. */
export async function serveFiles(files: Files, answer: Answer = () => false): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const { range } = request.headers;
    requests.push([request.url, ...(range === undefined ? [] : [range])].join(" "));
    const name = new URL(request.url as string, "http://host").pathname.split("/").at(-1) as string;
    const exchange = { name, bytes: files.get(name), request, response };
    if (!(await answer(exchange))) send(exchange);
  });
  server.keepAliveTimeout = 0; // on a busy machine, a connection may be reused just as its time is over
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`, requests, close };
}

function send({ bytes, request, response }: Exchange): void {
  if (!bytes) {
    response.writeHead(404).end();
    return;
  }
  const range = rangeOf(request, bytes.length);
  const headers = { "content-type": "application/octet-stream", etag: '"1"' };
  if (!range) response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes);
  else if (range.begin >= bytes.length) response.writeHead(416).end();
  else {
    const part = bytes.subarray(range.begin, range.end);
    const contentRange = `bytes ${range.begin}-${range.end - 1}/${bytes.length}`;
    response.writeHead(206, { ...headers, "content-length": part.length, "content-range": contentRange }).end(part);
  }
}

/** [begin, end) of what is asked for. */
export function rangeOf({ headers }: IncomingMessage, size: number): { begin: number; end: number } | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
  return match ? { begin: Number(match[1]), end: Math.min(Number(match[2]) + 1, size) } : undefined;
}

/** A server without ranges: the file as a whole, its size announced. */
export const whole: Answer = ({ bytes, response }) => {
  if (!bytes) return false;
  response.writeHead(200, { "content-length": bytes.length }).end(bytes);
  return true;
};
