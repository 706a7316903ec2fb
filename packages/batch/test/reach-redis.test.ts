/** A Redis that cannot be used is reported in bounded time, with what to do about it. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { emptyFolder } from "../../cli/test/process.ts";
import { adviceFor, checkReachable, withoutPassword } from "../src/queues/reach-redis.ts";
import { runBatch } from "../src/run-batch.ts";

const open: { readonly server: Server; readonly sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A server that gives this answer to each command; without one, it is silent. */
async function serverThat(answer?: string): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    socket.on("data", (bytes) => {
      if (answer) socket.write(`${answer}\r\n`.repeat(String(bytes).match(/^\*/gm)?.length ?? 1));
    });
  }).listen(0, "127.0.0.1");
  open.push({ server, sockets });
  await once(server, "listening");
  return `redis://:secret@127.0.0.1:${(server.address() as { port: number }).port}`;
}

const { signal } = new AbortController();

test("a server that is silent", async () => {
  const run = checkReachable(Redis, { url: await serverThat(), within: 50, signal });
  await expect(run).rejects.toThrow(
    /^cannot reach the queue at redis:\/\/127.0.0.1:\d+: no answer in 0.05 s; check the address, and that no firewall is between, or omit the queue$/,
  );
});

test("the signal ends the wait", async () => {
  const controller = new AbortController();
  const run = checkReachable(Redis, { url: await serverThat(), within: 60_000, signal: controller.signal });
  controller.abort();
  await expect(run).rejects.toThrow("This operation was aborted");
});

test("a server that wants another password", async () => {
  const url = await serverThat("-WRONGPASS invalid username-password pair");
  await expect(checkReachable(Redis, { url, within: 5000, signal })).rejects.toThrow(
    /: WRONGPASS invalid username-password pair.*; put the password into the address: redis:\/\/USER:PASSWORD@host:port, or/,
  );
});

test.each([
  ["NOAUTH Authentication required.", "put the password into the address: redis://USER:PASSWORD@host:port"],
  ["NOPERM this user has no permissions to run the 'ping' command", "give its user all rights, as +@all ~* in its ACL"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "give Redis more memory (maxmemory)"],
  ["MISCONF Redis is configured to save", "make space on the disk of Redis, which cannot save its data"],
  [
    "READONLY You can't write against a read only replica.",
    "give the address of the primary, which this is a replica of",
  ],
  ["LOADING Redis is loading the dataset in memory", "wait until it has loaded its data"],
  ["getaddrinfo ENOTFOUND no.such", "check the name of the host"],
  ["connect EHOSTUNREACH 10.0.0.1:6379", "check the address, and that no firewall is between"],
  ["Connection is closed.", "check the address: rediss: is for TLS, redis: without"],
  ["connect ECONNREFUSED 127.0.0.1:9", "start a Redis server there"],
  ["ERR unknown command", "check that a Redis server is there, and ready"],
])("%s", (message, advice) => {
  expect(adviceFor(message)).toBe(advice);
});

test("no message has a password", () => {
  expect(withoutPassword("redis://me:secret@host:1")).toBe("redis://me@host:1");
});

test("a queue that cannot be reached is an error, without its password", async () => {
  const input = join(emptyFolder(), "in.jsonl");
  writeFileSync(input, "a\n");
  const run = runBatch({
    ...{ paths: [input], folder: join(emptyFolder(), "out") },
    ...{ shardBytes: 8, part: { index: 0, count: 1 }, workers: 1, data: {}, signal: new AbortController().signal },
    module: new URL("./echo-worker.js", import.meta.url),
    queue: { url: "redis://user:secret@127.0.0.1:9" },
  });
  await expect(run).rejects.toThrow(
    /^cannot reach the queue at redis:\/\/user@127.0.0.1:9: .*ECONNREFUSED.*; start a Redis server there, or omit the queue$/,
  );
});
