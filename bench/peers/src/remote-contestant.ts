/** Starts a contestant's process and speaks with it: one request at a time, and a process that ends is an error. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RemoteContestant } from "./contest.ts";
import type { Assignment, Reply, Request } from "./contestant-process.ts";

const PROGRAM = fileURLToPath(new URL("./contestant-process.js", import.meta.url));

/** A contestant that has loaded its engine. @throws Error if that fails, with what the process says */
export async function startContestant(assignment: Assignment): Promise<RemoteContestant> {
  // What an engine prints is progress, not a result: file descriptor 2.
  const stdio: ["ignore", 2, 2, "ipc"] = ["ignore", 2, 2, "ipc"];
  const child = fork(PROGRAM, [JSON.stringify(assignment)], { serialization: "advanced", stdio });
  const name = assignment.engine;
  const { kernels, threads } = await next(child, name, "ready").catch((error) => {
    child.kill();
    throw error;
  });
  const ask = <K extends Reply["kind"]>(request: Request, kind: K) => {
    const reply = next(child, name, kind);
    child.send(request);
    return reply;
  };
  return {
    name,
    kernels,
    threads,
    outputs: async () => (await ask({ want: "outputs" }, "outputs")).outputs,
    time: async (task) => (await ask({ want: "time", task }, "time")).milliseconds,
    stop: () => child.kill(),
  };
}

async function next<K extends Reply["kind"]>(
  child: ChildProcess,
  name: string,
  kind: K,
): Promise<Extract<Reply, { kind: K }>> {
  if (!child.connected) throw new Error(`${name}: the process has ended`);
  const gone = new AbortController();
  const message = once(child, "message", { signal: gone.signal });
  const exit = once(child, "exit", { signal: gone.signal }).then(([code, signal]) => {
    throw new Error(`${name}: the process ended (${signal ?? `exit code ${code}`}) before it answered`);
  });
  try {
    const [reply] = (await Promise.race([message, exit])) as [Reply];
    if (reply.kind === "error") throw new Error(`${name}: ${reply.message}`);
    if (reply.kind !== kind) throw new Error(`${name}: expected ${kind}, got ${reply.kind}`);
    return reply as Extract<Reply, { kind: K }>;
  } finally {
    gone.abort();
    await Promise.allSettled([message, exit]);
  }
}
