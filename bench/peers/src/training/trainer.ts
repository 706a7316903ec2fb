/**
 * A trainer in a process of its own: it reads a line of JSON, does what it says, and writes a line. Both trainers load the
 * same file of weights and batches, which ours writes, and sleep until their turn.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Given to a trainer as its one argument. */
export interface Assignment {
  /** The safetensors file: parameters by their names in transformers, and `ids`, I32 [steps, B, T + 1]. */
  readonly path: string;
  readonly threads: number;
  /** Sequences of a batch, and tokens of each. */
  readonly b: number;
  readonly t: number;
  readonly heads: number;
  readonly epsilon: number;
  readonly adamw: Adamw;
}

interface Adamw {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** What a trainer can be asked for. */
export type Request =
  | { readonly want: "train"; readonly steps: number } // further steps: their losses, and milliseconds
  | { readonly want: "limit" }; // multiply-adds per second, two operations each; ours alone

export interface Reply {
  readonly description?: string;
  readonly losses?: readonly number[];
  readonly milliseconds?: number;
  readonly flopsPerSecond?: number;
  readonly error?: string;
}

export interface Trainer {
  readonly name: string;
  /** Its version and threads. */
  readonly description: string;
  ask(request: Request): Promise<Reply>;
  stop(): void;
}

/** Starts a trainer. @throws Error if it cannot be started or ends before it is ready, with what it wrote to stderr */
export async function startTrainer(
  name: string,
  command: string,
  args: readonly string[],
  assignment: Assignment,
): Promise<Trainer> {
  const child = spawn(command, [...args, JSON.stringify(assignment)], { stdio: ["pipe", "pipe", "pipe"] });
  const next = repliesOf(name, child);
  const { description = "" } = await next();
  return {
    name,
    description,
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    stop: () => void child.kill(),
  };
}

/** The next line, as JSON. A process that ends is an error. */
function repliesOf(name: string, child: ChildProcessByStdio<Writable, Readable, Readable>): () => Promise<Reply> {
  let said = "";
  child.stderr.on("data", (data) => {
    said = (said + data).slice(-2000);
  });
  child.stdin.on("error", () => {}); // it has ended, which `ended` says
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      reject(new Error(`${name}: the process ended (${signal ?? `exit code ${code}`})\n${said}`.trimEnd()));
    });
  });
  ended.catch(() => {}); // of one that was stopped
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) return ended;
    const reply = JSON.parse(value) as Reply;
    if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`);
    return reply;
  };
  return () => Promise.race([line(), ended]);
}

/** The largest difference of a trainer's losses from the first one's, relative to these; NaN if any is no number. */
export function largestLossDifference(losses: readonly (readonly number[])[]): number {
  const [first = [], ...others] = losses;
  const differences = others.flatMap((own) =>
    first.map((loss, i) => Math.abs((own[i] ?? Number.NaN) - loss) / Math.abs(loss)),
  );
  return Math.max(0, ...differences, ...first.map((loss) => 0 * loss));
}
