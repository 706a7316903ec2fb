/** Processes that share a batch by a queue, for tests: each has a Redis, an input and a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { on, once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect } from "vitest";
import { cleanEnvironment } from "../../cli/test/clean-environment.ts";
import { emptyFolder } from "../../cli/test/process.ts";
import { checkBatch, mergedResults } from "../src/merge.ts";
import { type RedisServer, startRedis } from "./redis.ts";

const SCRIPT = new URL("./queue-run.js", import.meta.url).pathname;
/** The lock of a shard, in milliseconds. */
export const LOCK = 400;

/** What the test that runs has. */
interface Place {
  redis: RedisServer;
  /** The folder of Redis's data, and of the tests' logs. */
  data: string;
  input: string;
  folder: string;
  lines: string[];
}

/** To be called within a `describe`; before each test it makes a new place, and after it ends all processes. */
export function queueRuns() {
  const at = {} as Place;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    at.data = emptyFolder();
    at.redis = await startRedis(at.data);
    at.input = join(emptyFolder(), "in.jsonl");
    at.folder = join(emptyFolder(), "out");
    has(Array.from({ length: 60 }, (_, i) => `line ${i}`));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await at.redis.kill();
  });

  function has(content: readonly string[]): void {
    at.lines = [...content];
    writeFileSync(at.input, `${at.lines.join("\n")}\n`);
  }

  /** Waits for these words on a process's stderr; to be called as soon as it is started. */
  const heard = async (child: ChildProcess, words: string) => {
    for await (const [text] of on(child.stderr as Readable, "data")) if (String(text).includes(words)) return;
  };
  /** By process: all that it writes to stderr, once it has ended. */
  const saidBy = new Map<ChildProcess, Promise<string>>();
  /** Starts a process that runs the batch; each line takes it `delay` milliseconds, in which it does not yield. */
  function start(more: object = {}, { url = at.redis.url, delay = 20, shell = "" } = {}): ChildProcess {
    const queue = { url, lockMilliseconds: LOCK };
    const batch = JSON.stringify({ paths: [at.input], folder: at.folder, queue, data: { delay }, ...more });
    const command = shell ? ["sh", "-c", `${shell}; exec "$0" "$@"`, process.execPath] : [process.execPath];
    const [program = "", ...args] = [...command, SCRIPT, batch];
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: cleanEnvironment() });
    children.push(child);
    const said: string[] = [];
    child.stderr?.setEncoding("utf8").on("data", (text: string) => said.push(text));
    const whole = once(child, "close").then(() => said.join(""));
    saidBy.set(child, whole);
    return child;
  }

  const results = () => (existsSync(at.folder) ? readdirSync(at.folder).filter((name) => name.endsWith(".jsonl")) : []);
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (children.every(({ exitCode }) => exitCode !== null)) throw new Error("the processes ended before");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Two processes that have both begun to answer, and left two results or more. */
  async function twoAtWork(url = at.redis.url): Promise<readonly [ChildProcess, ChildProcess]> {
    has(Array.from({ length: 200 }, (_, i) => `line ${i}`));
    const logs = [0, 1].map((i) => join(at.data, `log ${i}`));
    const [one, two] = logs.map((log, i) => start({ data: { delay: 20, log } }, i === 0 ? { url } : {}));
    await until(() => results().length >= 2 && logs.every(existsSync));
    return [one as ChildProcess, two as ChildProcess];
  }
  const ended = async (child: ChildProcess): Promise<number | null> =>
    child.exitCode !== null || child.signalCode !== null ? child.exitCode : (await once(child, "exit"))[0];
  async function endWell(...processes: readonly ChildProcess[]): Promise<void> {
    const codes = await Promise.all(processes.map(ended));
    const said = await Promise.all(processes.map((child, i) => codes[i] !== 0 && saidBy.get(child)));
    expect({ codes, said }).toEqual({ codes: codes.map(() => 0), said: codes.map(() => false) });
  }

  async function isWhole(failures = 0): Promise<void> {
    expect(await checkBatch(at.folder)).toMatchObject({ lines: at.lines.length, failures });
    const pieces: Uint8Array[] = [];
    for await (const piece of mergedResults(at.folder)) pieces.push(piece);
    const entries = String(Buffer.concat(pieces)).trimEnd().split("\n");
    expect(entries.map((entry) => JSON.parse(entry)).map(({ line, input }) => [line, input])).toEqual(
      at.lines.map((line, i) => [i + 1, line]),
    );
  }

  return { at, has, heard, saidBy, start, results, until, twoAtWork, ended, endWell, isWhole };
}
