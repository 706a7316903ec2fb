/** A Redis server of our own, if it is installed, and what it counts: commands, bytes and time. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as after } from "node:timers/promises";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** Since the server's start. */
export interface RedisCounts {
  /** Calls by name, those within scripts included. */
  readonly calls: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Processor time, user and system. */
  readonly seconds: number;
}

export interface RedisServer {
  readonly url: string;
  counts(): Promise<RedisCounts>;
  stop(): Promise<void>;
}

/**
 * Starts a server on loopback that keeps its data in memory only. Its timers run once a second, not ten times: they take
 * more of its processor than the processes that are counted.
 */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--hz", "1"];
  const child = spawn("redis-server", flags, { stdio: "ignore" });
  for (let tries = 0; (await info(port).catch(() => "")) === ""; tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error("redis-server did not start");
    await after(50);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    counts: async () => parseInfo(await info(port)),
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The server's answer to INFO. */
async function info(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end("INFO everything\r\nQUIT\r\n");
  let text = "";
  for await (const piece of socket) text += piece;
  return text;
}

/** What an answer to INFO counts, without INFO itself. */
export function parseInfo(text: string): RedisCounts {
  const value = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? Number.NaN);
  const all = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
    ([, name, calls]) => [name as string, Number(calls)] as const,
  );
  return {
    calls: Object.fromEntries(all.filter(([name]) => name !== "info" && name !== "quit")),
    bytesIn: value("total_net_input_bytes"),
    bytesOut: value("total_net_output_bytes"),
    seconds: value("used_cpu_user") + value("used_cpu_sys"),
  };
}

/** Counts after less counts before, each over `divisor`. */
export function between(before: RedisCounts, later: RedisCounts, divisor = 1): RedisCounts {
  const names = Object.keys(later.calls).filter((name) => later.calls[name] !== before.calls[name]);
  const calls = names.map((name) => [name, ((later.calls[name] ?? 0) - (before.calls[name] ?? 0)) / divisor] as const);
  return {
    calls: Object.fromEntries(calls),
    bytesIn: (later.bytesIn - before.bytesIn) / divisor,
    bytesOut: (later.bytesOut - before.bytesOut) / divisor,
    seconds: (later.seconds - before.seconds) / divisor,
  };
}

/** All calls. */
export function totalCalls({ calls }: RedisCounts): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
