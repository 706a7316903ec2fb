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
import { answerRaw, NO_TUNNEL, type Refusal, refusalOf, refuseExpectation } from "./refusals.ts";

/** A response that has ended. */
export interface ResponseReport {
  /** "-" for what is no HTTP request, or did not come to the end of its headers. */
  readonly method: string;
  /** Without the query; "-" as for the method. */
  readonly path: string;
  /** 499 if the client left, as nginx has it: no status then says how the request ended. */
  readonly status: number;
  /** From the end of the request's headers; 0 without them. */
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

/** How Node says that a client closed the connection, or its side of it, before the end of a request. */
const LEFT: readonly unknown[] = ["ECONNRESET", "HPE_INVALID_EOF_STATE"];

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
  const connections: Connections = { active: new Set(), refused: new Map(), onResponse: options.onResponse };
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    connections.active.add(response);
    response.once("close", () => connections.active.delete(response));
    reportEnd(request, response, connections);
    if (responseTimeout !== undefined) limitTime(request, response, responseTimeout);
  };
  const server = createServer(limits, (request, response) => {
    begin(request, response);
    void listener(request, response);
  });
  server.on("checkExpectation", (request, response) => {
    begin(request, response);
    refuseExpectation(response);
  });
  refuseOthers(server, connections);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    url: urlOf(server),
    stopListening: () => stop(server),
    end: (patience) => end(server, connections, patience),
  };
}

/** What the connections of a server are busy with. */
interface Connections {
  readonly active: Set<ServerResponse>;
  /** Connections that are answered below the routes, and closed then, with the status. */
  readonly refused: Map<Duplex, number>;
  readonly onResponse: ListenOptions["onResponse"];
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function stop(server: Server): void {
  server.close();
  server.closeIdleConnections();
}

async function end(server: Server, { active, refused }: Connections, patience: number): Promise<void> {
  const ended = [...active].map((response) => once(response, "close"));
  const timer = new AbortController();
  await Promise.race([Promise.all(ended), passed(patience, undefined, timer).catch(() => {})]);
  timer.abort();
  if (server.listening) server.close();
  server.closeAllConnections();
  for (const socket of refused.keys()) socket.destroy(); // after CONNECT Node no longer knows it
}

function refuseOthers(server: Server, connections: Connections): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (LEFT.includes(error.code)) socket.destroy();
    else refuse(connections, socket, refusalOf(error));
  });
  server.on("connect", (request, socket) => refuse(connections, socket, NO_TUNNEL, request));
}

/**
 * Answers what is no request for a route; the status is that of the requests under way on the connection, which get no
 * other answer. Nothing is written into a response that has begun.
 */
function refuse(connections: Connections, socket: Duplex, refusal: Refusal, request?: IncomingMessage): void {
  const { active, refused, onResponse } = connections;
  if (refused.has(socket)) return; // what else comes on it
  const [{ status }] = refusal;
  const underWay = [...active].filter(({ req }) => req.socket === socket);
  if (!socket.writable || underWay.some(({ headersSent }) => headersSent)) return void socket.destroy();
  refused.set(socket, status);
  socket.once("close", () => {
    refused.delete(socket);
    if (underWay.length === 0) onResponse({ ...namesOf(request), status, seconds: 0, left: false });
  });
  answerRaw(socket, refusal);
}

function namesOf({ method = "-", url = "-" }: Partial<IncomingMessage> = {}): Pick<ResponseReport, "method" | "path"> {
  return { method, path: url.replace(/[?#].*$/s, "") };
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

function reportEnd(request: IncomingMessage, response: ServerResponse, { refused, onResponse }: Connections): void {
  const start = performance.now();
  const { socket } = request;
  response.once("close", () => {
    const hasAll = response.writableFinished || response.hasHeader("content-length"); // then it may go when it has all
    const status = refused.get(socket) ?? (hasAll ? response.statusCode : CLIENT_LEFT);
    const seconds = (performance.now() - start) / 1000;
    onResponse({ ...namesOf(request), status, seconds, left: !hasAll && !refused.has(socket) });
  });
}
