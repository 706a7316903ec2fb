/** The command `tsgpt serve` as a process, on a free port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cleanEnvironment } from "../../cli/test/clean-environment.ts";
import { fixture, MAIN } from "../../cli/test/process.ts";

export const MODEL = "fairytales-1";

export interface Served {
  readonly url: string;
  stdout(): string;
  stderr(): string;
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts a server of the trained model of the fixtures; its first line on stdout is its URL. @throws Error with stderr */
export async function served(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const all = [MAIN, "serve", "--model", fixture(MODEL), "--port", "0", "--threads", "1", ...args];
  const child = spawn(process.execPath, all, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...cleanEnvironment(), ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const listening = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      stdout += piece;
      if (stdout.includes("\n")) resolve();
    });
  });
  await Promise.race([listening, ended]);
  const url = stdout.split("\n")[0] as string;
  if (url === "") throw new Error(stderr);
  return { url, stdout: () => stdout, stderr: () => stderr, kill: (signal) => void child.kill(signal), ended };
}
