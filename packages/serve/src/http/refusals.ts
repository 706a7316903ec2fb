/** What is refused below the routes, because Node makes no request of it, and the answers as they are sent. */
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ApiError, errorBody } from "./api-error.ts";

/** The error, and the reason phrase of its status. */
export type Refusal = readonly [error: ApiError, phrase: string];

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

export const NO_TUNNEL = refusal(405, "Method Not Allowed", "method_not_allowed", NO_CONNECT);

/** The refusal for an error of Node's parser, or of its timer. */
export function refusalOf({ code = "" }: NodeJS.ErrnoException): Refusal {
  return CLIENT_ERRORS[code] ?? NO_HTTP;
}

export function refuseExpectation(response: ServerResponse): void {
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

/**
 * Writes the answer and closes the connection, though the client may keep its side open: a half of one is a descriptor
 * too.
 */
export function answerRaw(socket: Duplex, [error, phrase]: Refusal): void {
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${error.status} ${phrase}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.on("error", () => {}); // the client left
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
