/**
 * Runs commands of the built tsgpt in one process that stays, a sixth of the time of a process each: for tests of what a command
 * does. What a process is (its streams, signals, environment, working directory) is tested by `spawned` in process.ts.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./clean-environment.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SCRIPT = fileURLToPath(new URL("warm-process.js", import.meta.url));
const MOST = 200; // commands of a process

let child: ChildProcess | undefined; // ends with the process of the tests, when the channel to it closes
let count = 0;
let last: Promise<unknown> = Promise.resolve();

/** What `tsgpt ...args` prints, and its exit code, where the environment has `env` too; one runs after the other. */
export function warm(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const outcome = last.then(() => ask(args, env));
  last = outcome.catch(() => {});
  return outcome;
}

function ask(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  if (count++ % MOST === 0) {
    child?.kill();
    child = fork(SCRIPT, { stdio: "ignore", execArgv: ["--expose-gc"], env: cleanEnvironment() });
    child.unref();
    child.channel?.unref();
  }
  const asked = child as ChildProcess;
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`tsgpt ${args.join(" ")} ended the process it ran in`));
    asked.once("exit", ended);
    asked.once("message", (outcome: Outcome) => {
      asked.off("exit", ended);
      resolve(outcome);
    });
    asked.send({ args, env });
  });
}
