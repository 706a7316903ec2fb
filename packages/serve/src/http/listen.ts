/**
 * The HTTP server below the routes: limits on headers and on the time of a request, errors of the protocol in OpenAI's
 * shape, one report per response, and an orderly end.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { ApiError, errorBody } from "./api-error.ts";

/** A response that has ended. */
export interface ResponseReport {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
  /** Whether the client left before the end. */
  readonly left: boolean;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly onResponse: (report: ResponseReport) => void;
  /** Milliseconds for the headers of a request, and for all of it. */
  readonly headersTimeout?: number | undefined;
  readonly requestTimeout?: number | undefined;
}

export interface Listening {
  readonly url: string;
  /** Accepts no more connections, and closes those without a request. */
  stopListening(): void;
  /** Closes all connections, after the responses that are being sent, or so many milliseconds. */
  end(patience: number): Promise<void>;
}

/** What no Request can be made of. */
const NO_REQUEST = new ApiError("the URL or the Host header of the request is not valid", { status: 400 });

/** Milliseconds, by default: a client on a slow line needs less. */
const [HEADERS_TIMEOUT, REQUEST_TIMEOUT] = [10_000, 30_000];

/** Listens. @throws Error with a code, such as EADDRINUSE */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { headersTimeout = HEADERS_TIMEOUT, requestTimeout = REQUEST_TIMEOUT } = options;
  const listener = getRequestListener((request) => options.fetch(request), {
    overrideGlobalObjects: false,
    errorHandler: () => Response.json(errorBody(NO_REQUEST), { status: NO_REQUEST.status }),
  });
  const limits = {
    requireHostHeader: false, // Node would answer without a body
    headersTimeout,
    requestTimeout,
    connectionsCheckingInterval: Math.min(1000, headersTimeout),
  };
  const active = new Set<ServerResponse>();
  const server = createServer(limits, (request, response) => {
    active.add(response);
    response.once("close", () => active.delete(response));
    reportEnd(request, response, options.onResponse);
    void listener(request, response);
  });
  server.on("clientError", answerClientError);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return { url: urlOf(server), stopListening: () => stop(server), end: (patience) => end(server, active, patience) };
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function stop(server: Server): void {
  server.close();
  server.closeIdleConnections();
}

async function end(server: Server, active: ReadonlySet<ServerResponse>, patience: number): Promise<void> {
  const ended = [...active].map((response) => once(response, "close"));
  const timer = new AbortController();
  await Promise.race([Promise.all(ended), setTimeout(patience, undefined, timer).catch(() => {})]);
  timer.abort();
  if (server.listening) server.close();
  server.closeAllConnections();
}

function reportEnd(request: IncomingMessage, response: ServerResponse, report: ListenOptions["onResponse"]): void {
  const start = performance.now();
  response.once("close", () => {
    report({
      method: request.method ?? "",
      path: (request.url ?? "").replace(/[?#].*$/s, ""),
      status: response.statusCode,
      seconds: (performance.now() - start) / 1000,
      left: !response.writableFinished && !response.hasHeader("content-length"), // with one, it may go when it has all
    });
  });
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, text: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request came too slowly; send headers and body at once"],
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "the headers are larger than 16 KiB; send less"],
};

/** What is no HTTP request has no Request either: the answer is written as it is sent. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, text, message] = CLIENT_ERRORS[error.code ?? ""] ?? [
    400,
    "Bad Request",
    "this is not an HTTP request",
  ];
  const body = JSON.stringify(errorBody(new ApiError(message, { status })));
  const head = [
    `HTTP/1.1 ${status} ${text}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
