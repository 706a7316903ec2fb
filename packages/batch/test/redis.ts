/** A Redis server for tests, on loopback, and a proxy before it whose connections can be cut. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it at once; `start` with the same folder has its data again. */
  kill(): Promise<void>;
}

/** Starts a server that keeps its data in a folder. */
export async function startRedis(folder: string, port?: number): Promise<RedisServer> {
  const own = port ?? (await freePort());
  const flags = ["--port", String(own), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes"];
  const child = spawn("redis-server", [...flags, "--appendfsync", "always"], { stdio: ["ignore", "pipe", "ignore"] });
  await ready(child);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  };
  return { port: own, url: `redis://127.0.0.1:${own}`, kill };
}

async function ready(child: ChildProcess): Promise<void> {
  let text = "";
  for await (const piece of child.stdout ?? []) {
    text += piece;
    if (text.includes("Ready to accept connections")) break;
  }
  child.stdout?.resume();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

export interface RedisProxy {
  readonly url: string;
  /** Drops all that comes, and keeps the connections open, as a broken network does. */
  cut(): void;
  /** Ends all connections. */
  drop(): void;
  /** Ends the cut connections, and lets new ones through. */
  mend(): void;
  /** Ends all connections, and refuses new ones. */
  close(): Promise<void>;
}

export async function startProxy(to: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const forward = (from: Socket, into: Socket) => {
    sockets.add(from);
    from.on("data", (bytes) => isCut || into.write(bytes));
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const server = createServer((client) => {
    const redis = connect(to, "127.0.0.1");
    forward(client, redis);
    forward(redis, client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    cut: () => {
      isCut = true;
    },
    drop,
    mend: () => {
      isCut = false;
      drop();
    },
    close: async () => {
      drop();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
