/** What is refused below the routes: the connection is closed, though its client keeps its side open, and is reported. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Listening, type ListenOptions, listen, type ResponseReport } from "../../src/http/listen.ts";

let server: Listening;
const reports: ResponseReport[] = [];
const clients: Socket[] = [];
/** The server's ends of the connections. */
let accepted: Socket[] = [];
const accept = (message: unknown) => void accepted.push((message as { readonly socket: Socket }).socket);

beforeEach(() => {
  reports.length = 0;
  accepted = [];
  subscribe("net.server.socket", accept);
});

afterEach(async () => {
  unsubscribe("net.server.socket", accept);
  for (const client of clients.splice(0)) client.destroy();
  await server.end(0);
});

async function start(fetch: ListenOptions["fetch"], limits: Partial<ListenOptions> = {}): Promise<void> {
  const onResponse = (report: ResponseReport) => void reports.push(report);
  server = await listen({ host: "127.0.0.1", port: 0, fetch, onResponse, ...limits });
}

/** What a client receives that sends `text` and then only listens, with its own side of the connection open. */
async function received(text: string): Promise<string> {
  const client = connect({ port: Number(new URL(server.url).port), host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  client.on("error", () => {});
  client.write(text);
  let answer = "";
  client.setEncoding("utf8").on("data", (piece: string) => {
    answer += piece;
  });
  await Promise.race([once(client, "end"), once(client, "close")]);
  return answer;
}

const echo = async (request: Request) => new Response(await request.text());
const HURRY = { headersTimeout: 50, requestTimeout: 50 };
const SLOW_BODY = "POST /tokenize?a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";

test.each([
  ["no HTTP", "hello\r\n\r\n", {}, { method: "-", path: "-", status: 400 }],
  ["slow headers", "GET / HTTP/1.1\r\nHost: loc", HURRY, { method: "-", path: "-", status: 408 }],
  ["a slow body", SLOW_BODY, HURRY, { method: "POST", path: "/tokenize", status: 408 }],
  ["large headers", `GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, {}, { method: "-", path: "-", status: 431 }],
  [
    "CONNECT",
    "CONNECT a.org:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    {},
    { method: "CONNECT", path: "a.org:443", status: 405 },
  ],
])("%s: answered, closed and reported once", async (_, text, limits, expected) => {
  await start(echo, { responseTimeout: 60_000, ...limits });
  const answer = await received(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${expected.status} `));
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toHaveProperty("error.code");
  await expect.poll(() => accepted.map(({ destroyed }) => destroyed)).toEqual([true]);
  await expect.poll(() => reports).toEqual([{ ...expected, seconds: expect.any(Number), left: false }]);
});

test("nothing is written into a response that has begun", async () => {
  const begun = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("begun")) });
  await start(() => new Response(begun));
  const whole = received("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => accepted[0]?.bytesWritten).toBeGreaterThan(0);
  clients[0]?.write("hello\r\n\r\n");
  expect((await whole).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
  await expect.poll(() => reports).toMatchObject([{ path: "/a", status: 499, left: true }]);
});

test("the end closes a connection whose answer has not gone", async () => {
  await start(echo);
  const port = Number(new URL(server.url).port);
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  client.on("error", () => {});
  await once(client, "connect");
  await expect.poll(() => accepted).toHaveLength(1);
  const [socket] = accepted as [Socket];
  socket._write = () => {}; // a client with full buffers: what is written stays
  socket._writev = () => {};
  client.write("CONNECT a.org:443 HTTP/1.1\r\nHost: a\r\n\r\n");
  await expect.poll(() => socket.writableEnded).toBe(true);
  expect(socket.destroyed).toBe(false);
  await server.end(0);
  expect(socket.destroyed).toBe(true);
});
