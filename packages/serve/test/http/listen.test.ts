/** The server below the routes: its URL, its report of each response, and its end. */
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Listening, type ListenOptions, listen, type ResponseReport } from "../../src/http/listen.ts";

let server: Listening;
const reports: ResponseReport[] = [];

async function start(
  fetch: (request: Request) => Response | Promise<Response>,
  { host = "127.0.0.1", ...limits }: Partial<ListenOptions> = {},
): Promise<void> {
  reports.length = 0;
  server = await listen({ host, port: 0, fetch, onResponse: (report) => void reports.push(report), ...limits });
}

afterEach(() => server.end(0));

test("a response is reported with its path, without the query", async () => {
  await start(() => new Response("a", { status: 201 }));
  await (await fetch(`${server.url}/b/c?key=secret`, { method: "PUT" })).text();
  await expect
    .poll(() => reports)
    .toEqual([{ method: "PUT", path: "/b/c", status: 201, seconds: expect.any(Number), left: false }]);
});

test("a client that leaves a stream is reported as such", async () => {
  await start(() => new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)) })));
  const leaving = new AbortController();
  const response = await fetch(server.url, { signal: leaving.signal });
  leaving.abort();
  await expect(response.text()).rejects.toThrow();
  await expect.poll(() => reports).toMatchObject([{ left: true, status: 499 }]);
});

test("a client that goes when it has all of the length is not", async () => {
  const body = () => new Blob(["a".repeat(100_000)]).stream();
  await start(() => new Response(body(), { headers: { "Content-Length": "100000" } }));
  const response = await fetch(server.url, { headers: { Connection: "close" } });
  expect(await response.text()).toHaveLength(100_000);
  await expect.poll(() => reports).toMatchObject([{ left: false }]);
});

/** A body without an end, of which the client gets as much as it reads. */
const endless = () => new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(2 ** 16)) });

test.each(["GET", "POST"])(
  "a response to %s that the client does not read ends with the time for it",
  async (method) => {
    await start(() => new Response(endless()), { responseTimeout: 50 });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(
      `${method} / HTTP/1.1\r\nHost: localhost\r\n${method === "POST" ? "Content-Length: 1\r\n\r\na" : "\r\n"}`,
    );
    await expect.poll(() => reports).toMatchObject([{ left: true, status: 499 }]);
    socket.destroy();
  },
);

test("a client that shuts its side of the connection counts as one that left: they look alike", async () => {
  let signal: AbortSignal | undefined;
  await start((request) => {
    signal = request.signal;
    return new Promise(() => {});
  });
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.end("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => reports).toMatchObject([{ left: true, status: 499 }]);
  expect(signal?.aborted).toBe(true);
});

test("an address of IPv6 is in brackets", async ({ skip }) => {
  const outcome = await start(() => new Response("a"), { host: "::1" }).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (outcome !== undefined) skip(); // no IPv6 here
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await (await fetch(server.url)).text()).toBe("a");
});

test("the end waits for responses that are being sent, at most as long as it is told", async () => {
  let finish = () => {};
  await start(() => {
    const started = (stream: ReadableStreamDefaultController) => {
      stream.enqueue(new Uint8Array(1));
      finish = () => stream.close();
    };
    return new Response(new ReadableStream({ start: started }));
  });
  const response = await fetch(server.url);
  server.stopListening();
  const ended = server.end(60_000);
  finish();
  expect(await response.arrayBuffer()).toHaveProperty("byteLength", 1);
  await ended;
  await expect(fetch(server.url)).rejects.toThrow();
});
