/** What a load is sent to: a server that is started for it, or a scheduler in this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadModel } from "@tsgpt/gpt/node";
import { createScheduler } from "@tsgpt/serve/scheduler";
import { createEngine, type WeightDtype } from "@tsgpt/tensor";
import { httpClient, schedulerClient } from "./clients.ts";
import type { Client } from "./timeline.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));

export interface Target {
  readonly client: Client;
  /** The process whose memory grows. */
  readonly pid: number;
  close(): Promise<void>;
}

export interface TargetOptions {
  /** The model's folder. */
  readonly model: string;
  readonly dtype: WeightDtype;
  readonly threads: number | undefined;
  /** Sequences at once; 1 serves one at a time. */
  readonly maxRunning: number;
  /** Requests that may wait: so many that none is refused. */
  readonly maxWaiting: number;
  /** MiB of all caches; undefined for the server's default. */
  readonly cacheMemory: number | undefined;
}

/** `tsgpt serve` in a process of its own. @throws Error if it ends before it listens */
export async function startServer(options: TargetOptions): Promise<Target> {
  const args = [COMMAND, "serve", "--port", "0", "--quiet", ...serverFlags(options)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await firstLine(child);
  return {
    client: await httpClient(url),
    pid: child.pid as number,
    close: async () => {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

function serverFlags({ model, dtype, threads, maxRunning, maxWaiting, cacheMemory }: TargetOptions): string[] {
  const limits = ["--max-running", String(maxRunning), "--max-waiting", String(maxWaiting)];
  const given = (flag: string, value: number | undefined) => (value === undefined ? [] : [flag, String(value)]);
  const memory = given("--cache-memory", cacheMemory);
  return ["--model", model, "--dtype", dtype, ...given("--threads", threads), ...limits, ...memory];
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`tsgpt serve ended with code ${code} before it listened`);
  });
  const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => {}); // its end is awaited by `close`
  return line;
}

/** The scheduler alone, without HTTP. */
export async function inProcess({ model, dtype, threads, cacheMemory, ...limits }: TargetOptions): Promise<Target> {
  const engine = await createEngine({ threads });
  const cacheLimit = cacheMemory === undefined ? undefined : cacheMemory * 2 ** 20;
  const scheduler = createScheduler(await loadModel(model, { engine, dtype }), { ...limits, cacheLimit });
  return {
    client: schedulerClient(scheduler),
    pid: process.pid,
    close: async () => {
      await scheduler.close(0);
      engine.dispose();
    },
  };
}
