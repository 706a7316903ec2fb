/**
 * The HTTP server below the routes: limits on headers and on the time of a request, errors of the protocol in OpenAI's
 * shape, one report per response, and an orderly end.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as passed } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { ApiError, CLIENT_LEFT, errorBody } from "./api-error.ts";

/** A response that has ended. */
export interface ResponseReport {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** 499 if the client left, as nginx has it: no status then says how the request ended. */
  readonly status: number;
  readonly seconds: number;
  /** Whether the client left before the end, or did not read it in time. */
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
  /** Milliseconds from the end of a request until its connection is closed, whether its client reads or not. */
  readonly responseTimeout?: number | undefined;
}

export interface Listening {
  readonly url: string;
  /** Accepts no more connections, and closes those without a request. */
  stopListening(): void;
  /** Closes all connections, after the responses that are being sent, or so many milliseconds. */
  end(patience: number): Promise<void>;
}

/** What no Request can be made of. */
const NO_REQUEST = new ApiError("the URL or the Host header of the request is not valid", {
  status: 400,
  code: "invalid_request",
});

/** Milliseconds, by default: a client on a slow line needs less. */
const [HEADERS_TIMEOUT, REQUEST_TIMEOUT] = [10_000, 30_000];

/** Listens. @throws Error with a code, such as EADDRINUSE */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { headersTimeout = HEADERS_TIMEOUT, requestTimeout = REQUEST_TIMEOUT, responseTimeout } = options;
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
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    active.add(response);
    response.once("close", () => active.delete(response));
    reportEnd(request, response, options.onResponse);
    if (responseTimeout !== undefined) limitTime(request, response, responseTimeout);
  };
  const server = createServer(limits, (request, response) => {
    begin(request, response);
    void listener(request, response);
  });
  server.on("clientError", answerClientError);
  server.on("checkExpectation", (request, response) => {
    begin(request, response);
    refuseExpectation(response);
  });
  server.on("connect", (_, socket) => answerRaw(socket, NO_TUNNEL));
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
  await Promise.race([Promise.all(ended), passed(patience, undefined, timer).catch(() => {})]);
  timer.abort();
  if (server.listening) server.close();
  server.closeAllConnections();
}

/**
 * A client that does not read would keep its connection, and what waits to be written, forever. The time begins when
 * the body has been read; for one that nobody reads, with its headers.
 */
function limitTime(request: IncomingMessage, response: ServerResponse, milliseconds: number): void {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (request.complete ? request.socket.destroy() : begin()), milliseconds);
  };
  begin();
  request.once("end", begin);
  response.once("close", () => {
    clearTimeout(timer);
    request.off("end", begin);
  });
}

function reportEnd(request: IncomingMessage, response: ServerResponse, report: ListenOptions["onResponse"]): void {
  const start = performance.now();
  response.once("close", () => {
    const hasAll = response.writableFinished || response.hasHeader("content-length"); // then it may go when it has all
    report({
      method: request.method ?? "",
      path: (request.url ?? "").replace(/[?#].*$/s, ""),
      status: hasAll ? response.statusCode : CLIENT_LEFT,
      seconds: (performance.now() - start) / 1000,
      left: !hasAll,
    });
  });
}

/** The error, and the reason phrase of its status. */
type Refusal = readonly [error: ApiError, phrase: string];

const refusal = (status: number, phrase: string, code: string, message: string): Refusal => [
  new ApiError(message, { status, code }),
  phrase,
];

const TOO_SLOW = "the request came too slowly; send headers and body at once";
const NO_EXPECTATION = 'the only Expect header that is known is "100-continue"; leave it out';
const NO_CONNECT = "CONNECT is not supported: this is a server, not a proxy; see /openapi.json for what it has";
const CLIENT_ERRORS: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refusal(408, "Request Timeout", "request_timeout", TOO_SLOW),
  HPE_HEADER_OVERFLOW: refusal(
    431,
    "Request Header Fields Too Large",
    "headers_too_large",
    "the headers are larger than 16 KiB; send less",
  ),
};
const NO_HTTP = refusal(400, "Bad Request", "invalid_request", "this is not an HTTP request");
const NO_TUNNEL = refusal(405, "Method Not Allowed", "method_not_allowed", NO_CONNECT);

function refuseExpectation(response: ServerResponse): void {
  const error = new ApiError(NO_EXPECTATION, { status: 417, code: "expectation_failed" });
  const body = JSON.stringify(errorBody(error));
  const length = Buffer.byteLength(body);
  response.writeHead(error.status, {
    "Content-Type": "application/json",
    "Content-Length": length,
    Connection: "close",
  });
  response.end(body);
}

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  answerRaw(socket, CLIENT_ERRORS[error.code ?? ""] ?? NO_HTTP);
}

/** What is no HTTP request for a route has no Request either: the answer is written as it is sent. */
function answerRaw(socket: Duplex, [error, phrase]: Refusal): void {
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${error.status} ${phrase}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.on("error", () => {}); // the client left
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
