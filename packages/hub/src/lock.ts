/**
 * A lock between the processes of one machine, or of several on a shared file system: a file with its holder's name,
 * whose modification time the holder renews. Node has no flock, which the system would release. proper-lockfile 4.1.2,
 * the known library, takes over a dead process's lock after 2 seconds at the earliest and does not check its process.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { HubError } from "./hub-error.ts";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once if another process holds the lock. */
  readonly onWait?: (() => void) | undefined;
}

interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

const RENEWED = 100; // milliseconds
const POLLED = 50;

/** Milliseconds without renewal after which the holder is considered dead, by the state of its process. */
const SILENCE = {
  /** No process on this machine has its id; or it runs in a container with the same host name. */
  gone: 400,
  elsewhere: 1500,
  /** It is stopped (Ctrl-Z), slow, or its id was reused. */
  running: 10_000,
};

/**
 * Runs `task` while holding the lock at `path`. Its signal aborts with the caller's, or when another process takes the
 * lock over.
 * @throws what the task throws; HubError if the lock was lost; the signal's reason
 */
export async function withLock<T>(
  path: string,
  task: (signal: AbortSignal) => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  const id = randomUUID();
  await mkdir(dirname(path), { recursive: true });
  await take(path, id, signal, onWait);
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(path, id).catch((error: HubError) => lost.abort(error)), RENEWED);
  try {
    return await task(AbortSignal.any([lost.signal, ...(signal ? [signal] : [])]));
  } finally {
    clearInterval(renewal);
    if ((await readHolder(path))?.id === id) await rm(path, { force: true });
  }
}

async function take(
  path: string,
  id: string,
  signal: AbortSignal | undefined,
  onWait: (() => void) | undefined,
): Promise<void> {
  let seen = { at: performance.now(), mark: "" };
  let hasReported = false;
  while (!(await create(path, id))) {
    signal?.throwIfAborted();
    const holder = await readHolder(path);
    const mark = await markOf(path, holder);
    if (mark !== seen.mark) seen = { at: performance.now(), mark };
    if (performance.now() - seen.at > SILENCE[stateOf(holder)]) await clear(path, id, mark);
    else {
      if (!hasReported) onWait?.();
      hasReported = true;
      await wait(POLLED, undefined, signal && { signal });
    }
  }
}

/** Creates the lock; false if it exists. */
async function create(path: string, id: string): Promise<boolean> {
  const handle = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    return undefined;
  });
  if (!handle) return false;
  const holder: Holder = { id, host: hostname(), pid: process.pid };
  await handle.writeFile(JSON.stringify(holder)).finally(() => handle.close());
  return true;
}

/** What changes when the lock is renewed, or becomes another's. */
async function markOf(path: string, holder: Holder | undefined): Promise<string> {
  return `${holder?.id} ${(await stat(path).catch(() => undefined))?.mtimeMs}`;
}

/**
 * Removes a dead process's lock, unless it changed since `mark`. One contender at a time: whoever looked earlier would
 * otherwise remove the lock of the one that took over.
 */
async function clear(path: string, id: string, mark: string): Promise<void> {
  const takeover = `${path}.takeover`;
  if (!(await create(takeover, id))) {
    const started = (await stat(takeover).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - started > SILENCE.running)
      await rm(takeover, { force: true }); // its process was killed here
    else await wait(POLLED);
    return;
  }
  try {
    if ((await markOf(path, await readHolder(path))) === mark) await rm(path, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined; // released, or its holder was killed while writing it
  }
}

function stateOf(holder: Holder | undefined): keyof typeof SILENCE {
  if (holder?.host !== hostname()) return "elsewhere";
  try {
    process.kill(holder.pid, 0);
    return "running";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "gone" : "running";
  }
}

/** Renews the lock. @throws HubError if it is another's; a failure to read or touch it may be temporary */
async function renew(path: string, id: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder && holder.id !== id)
    throw new HubError("another process took over while this one was suspended: run it again");
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}
