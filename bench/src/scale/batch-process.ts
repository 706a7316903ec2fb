/** Processes of `tsgpt batch`, and what the files they leave say of their time. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Workload } from "./workload.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));
const MANIFEST = "batch.json";

/** How a workload is run. */
export interface Way {
  readonly processes: number;
  /** Worker threads of each process. */
  readonly workers: number;
  /** Engine threads of each worker. */
  readonly threads: number;
  /** Whether the queue deals out the shards. */
  readonly queue: boolean;
}

export interface BatchRun {
  /** From the manifest, which is written once the workers are ready, to the last result. */
  readonly seconds: number;
  /** From the start of the first process to the manifest. */
  readonly startSeconds: number;
  /** From the last result to the end of the last process. */
  readonly endSeconds: number;
}

/** Starts a process on a workload. */
export function startBatch(workload: Workload, way: Way, output: string, url: string, env = {}): ChildProcess {
  const { job, path, shardBytes, options } = workload;
  const numbers = { workers: way.workers, threads: way.threads, "shard-bytes": shardBytes };
  const flags = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const queue = way.queue ? ["--queue", url] : [];
  const args = [COMMAND, "batch", job, path, "--output", output, "--quiet", ...flags, ...queue, ...options];
  return spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });
}

/** Runs a workload in a new folder. @throws Error if a process fails */
export async function runBatch(workload: Workload, way: Way, output: string, url: string, env = {}): Promise<BatchRun> {
  const start = Date.now();
  const children = Array.from({ length: way.processes }, () => startBatch(workload, way, output, url, env));
  await Promise.all(children.map(succeeded));
  const end = Date.now();
  const ready = statSync(join(output, MANIFEST)).mtimeMs;
  const last = Math.max(...resultFiles(output).map((path) => statSync(path).mtimeMs));
  return { seconds: (last - ready) / 1000, startSeconds: (ready - start) / 1000, endSeconds: (end - last) / 1000 };
}

async function succeeded(child: ChildProcess): Promise<void> {
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`tsgpt batch ended with exit code ${code}`);
}

/** Waits until the workers of a batch are ready. */
export async function begun(output: string, child: ChildProcess): Promise<void> {
  while (!existsSync(join(output, MANIFEST))) {
    if (child.exitCode !== null) throw new Error(`tsgpt batch ended with exit code ${child.exitCode}`);
    await after(50);
  }
}

/** The files of the results of a batch. */
export function resultFiles(output: string): string[] {
  const names = readdirSync(output).filter((name) => name.endsWith(".jsonl"));
  return names.map((name) => join(output, name));
}

export function manifestBytes(output: string): number {
  return statSync(join(output, MANIFEST)).size;
}

/** Tokens that were generated, or scored. */
export function countTokens(output: string): number {
  const lines = resultFiles(output).flatMap((path) => readFileSync(path, "utf8").trimEnd().split("\n"));
  return lines.reduce((sum, line) => sum + (JSON.parse(line).tokens as readonly unknown[]).length, 0);
}
