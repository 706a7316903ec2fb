/** Clients that are broken, slow or hostile, on a real port: the server answers or closes, and goes on serving others. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { listen } from "../src/http/listen.ts";
import { createScheduler, type Server, serve } from "../src/index.ts";
import { model } from "./http/serving.ts";

const folder = mkdtempSync(join(tmpdir(), "tsgpt-serve-"));
const page = join(folder, "page");
const faults: unknown[] = [];
const onReport = new Set<(report: unknown) => void>();
const scheduler = createScheduler(model);
let server: Server;
let port: number;

beforeAll(async () => {
  mkdirSync(page);
  writeFileSync(
    join(page, "index.html"),
    `<meta http-equiv="Content-Security-Policy" content="default-src &#39;self&#39;"><p>the page`,
  );
  writeFileSync(join(page, "a.js"), "1;");
  writeFileSync(join(folder, "secret.txt"), "secret");
  const onFault = (error: unknown) => void faults.push(error);
  const options = { scheduler, version: "1.2.3", host: "127.0.0.1", port: 0, timeLimit: 600, page, onFault };
  const onResponse = (report: unknown) => {
    for (const receive of onReport) receive(report);
    onReport.clear();
  };
  server = await serve(model, { ...options, onResponse });
  port = Number(new URL(server.url).port);
});

afterAll(async () => {
  await server.close(0);
  rmSync(folder, { recursive: true });
  expect(faults).toEqual([]);
});

/** A connection on which something has been sent. */
async function sent(...pieces: readonly (string | Uint8Array)[]): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  for (const piece of pieces) socket.write(piece);
  return socket;
}

/** All that a connection receives until it is closed. */
async function received(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  await once(socket, "close");
  return text;
}

/** The status line and the error of an answer. */
function errorIn(answer: string) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), error: JSON.parse(body).error };
}

async function isServing(): Promise<void> {
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
}

test("headers of more than 16 KiB: 431", async () => {
  const answer = await received(await sent(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(20_000)}\r\n\r\n`));
  expect(errorIn(answer)).toMatchObject({ status: 431, error: { message: expect.stringContaining("16 KiB") } });
  await isServing();
});

test.each([
  ["no HTTP", "hello\r\n\r\n"],
  ["no Host", "GET /health HTTP/1.1\r\n\r\n"],
  ["a length that is none", "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"],
  ["a Host that is none", "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n"],
  ["a control character in a header", "GET /health HTTP/1.1\r\nHost: localhost\r\nX: \u0001\r\n\r\n"],
])("%s: 400", async (_, request) => {
  const answer = await received(await sent(request.replace("\r\n", "\r\nConnection: close\r\n")));
  expect(errorIn(answer)).toMatchObject({ status: 400, error: { type: "invalid_request_error" } });
  await isServing();
});

test("headers that come too slowly: 408", async () => {
  const slow = await listen({
    host: "127.0.0.1",
    port: 0,
    fetch: () => new Response(),
    onResponse: () => {},
    headersTimeout: 50,
    requestTimeout: 50,
  });
  const socket = connect(Number(new URL(slow.url).port), "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: loc");
  const { status, error } = errorIn(await received(socket));
  expect(status).toBe(408);
  expect(error.message).toBe("the request came too slowly; send headers and body at once");
  await slow.end(0);
});

test("invalid UTF-8 in a body: 400", async () => {
  const head = "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n";
  const body = Uint8Array.of(0x22, 0xc3, 0x28, 0x22);
  const answer = await received(await sent(`${head}Content-Length: ${body.length}\r\n\r\n`, body));
  expect(errorIn(answer)).toMatchObject({ status: 400, error: { code: "invalid_utf8" } });
});

test("a body beyond 1 MiB: 413, whether its length is given or not", async () => {
  for (const body of ["a".repeat(2 ** 20 + 1), new Blob(["a".repeat(2 ** 20 + 1)]).stream()]) {
    const headers = { "Content-Type": "application/json" };
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    expect((await fetch(`${server.url}/tokenize`, init)).status).toBe(413);
  }
  await isServing();
});

test("a websocket upgrade is answered as a plain request", async () => {
  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n";
  const socket = await sent(`GET /v1/completions HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
  const [piece] = await once(socket.setEncoding("utf8"), "data");
  expect(piece).toMatch(/^HTTP\/1\.1 405 /);
  socket.destroy();
  await isServing();
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/..%5csecret.txt",
  "/a.js/../../secret.txt",
  "//secret.txt",
  "/%00",
  "/%",
  "/\\..\\secret.txt",
])("the path %s leaves the page's folder for nobody", async (path) => {
  const answer = await received(await sent(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(answer).not.toMatch(/\r\n\r\nsecret/);
});

test("the page has the headers with which it gets threads, and its policy", async () => {
  const answer = await fetch(`${server.url}/`);
  expect(await answer.text()).toContain("the page");
  expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(answer.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(answer.headers.get("content-security-policy")).toBe("default-src 'self'");
  const script = await fetch(`${server.url}/a.js`);
  expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
  expect(script.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
});

test("a Range outside a file of the page: 416 with the error", async () => {
  const answer = await fetch(`${server.url}/a.js`, { headers: { Range: "bytes=9-" } });
  expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */2"]);
  expect(answer.headers.get("content-type")).toBe("application/json");
  const { error } = (await answer.json()) as { error: unknown };
  expect(error).toMatchObject({ type: "invalid_request_error", code: "invalid_range" });
});

test("idle connections, 1,000 in the full run, do not keep another from being served", async () => {
  const idle = await Promise.all(Array.from({ length: FULL ? 1000 : 200 }, () => sent("")));
  await isServing();
  for (const socket of idle) socket.destroy();
  await isServing();
});

/** A stream that is more than the buffers between two processes hold: the client must read for it to end. */
const ENDLESS = {
  model: model.name,
  prompt: "a",
  stream: true,
  n: FULL ? 64 : 4,
  max_tokens: 100_000,
  ignore_eos: true,
  logprobs: 20,
};

/** A request on a connection that reads nothing. */
function deafTo(address: string): Socket {
  const body = JSON.stringify(ENDLESS);
  const socket = connect({ port: Number(new URL(address).port), host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.pause();
  socket.write(`POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`);
  socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  return socket;
}

test.skipIf(!FULL)("a client that does not read stops its own choices alone", { timeout: 60_000 }, async () => {
  const before = scheduler.status().finished;
  const deaf = deafTo(server.url);
  const headers = { "Content-Type": "application/json" };
  const other = JSON.stringify({ model: model.name, prompt: "a", max_tokens: 4 });
  let generated = -1;
  await expect
    .poll(
      async () => {
        const last = generated;
        generated = scheduler.status().generatedTokens;
        return generated > 0 && generated === last; // the buffers are full
      },
      { interval: 1000, timeout: 50_000 },
    )
    .toBe(true);
  const answer = await fetch(`${server.url}/v1/completions`, { method: "POST", headers, body: other });
  expect(answer.status).toBe(200);
  expect(scheduler.status().finished - before).toBeLessThan(ENDLESS.n + 1);
  deaf.destroy();
  await expect.poll(() => scheduler.status().running).toBe(0);
});

test("a client that does not read is disconnected after the time limit", async () => {
  writeFileSync(join(page, "large.js"), new Uint8Array(2 ** 25)); // more than the buffers between two processes hold
  const reports: unknown[] = [];
  const impatient = await serve(model, {
    ...{ scheduler: createScheduler(model), version: "1.2.3", host: "127.0.0.1", port: 0, page },
    timeLimit: 0.02,
    onFault: (error) => void faults.push(error),
    onResponse: (report) => void reports.push(report),
  });
  const deaf = connect(Number(new URL(impatient.url).port), "127.0.0.1");
  deaf.on("error", () => {});
  deaf.pause();
  deaf.write("GET /large.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => reports, { timeout: 10_000 }).toMatchObject([{ path: "/large.js", status: 499, left: true }]);
  deaf.destroy();
  await impatient.close(0);
});

test("a client that leaves while it sends its body is no fault of the server", async () => {
  const left = new Promise<unknown>((resolve) => onReport.add(resolve));
  const socket = await sent(
    "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  socket.end();
  expect(await left).toMatchObject({ status: 499, left: true });
  expect(faults).toEqual([]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^tsgpt_http_requests_total\{route="\/tokenize",status="499"\} 1$/m);
});

test("an Expect header that nobody knows: 417", async () => {
  const answer = await received(await sent("GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: nope\r\n\r\n"));
  expect(errorIn(answer)).toMatchObject({ status: 417, error: { code: "expectation_failed" } });
  expect(answer).toContain('the only Expect header that is known is \\"100-continue\\"; leave it out');
});

test("CONNECT: 405", async () => {
  const answer = await received(await sent("CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  expect(errorIn(answer)).toMatchObject({ status: 405, error: { code: "method_not_allowed" } });
  expect(answer).toContain("CONNECT is not supported: this is a server, not a proxy");
});
