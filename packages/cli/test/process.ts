/** Runs the built tsgpt, as `pnpm test` builds it first. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./clean-environment.ts";
import { type Outcome, warm } from "./warm.ts";

/** The built command. */
export const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../gpt/test/fixtures/", import.meta.url));

export interface RunOptions {
  /** Written to stdin, which is closed after it. */
  readonly input?: string | Uint8Array;
  /** Sends a signal as soon as stdout holds so many characters. */
  readonly interruptAfter?: number;
  /** SIGINT by default. */
  readonly interruptBy?: NodeJS.Signals;
  readonly cwd?: string;
  /** Beside a clean environment; see there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Closes the reading end of stdout after so many characters, as `| head` does. */
  readonly closeStdoutAfter?: number;
}

/**
 * What `tsgpt ...args` prints, and its exit code: in the warm process, or with options that are about more than the environment
 * in a process of its own.
 */
export function tsgpt(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env, ...ofProcess } = options;
  return Object.keys(ofProcess).length > 0 ? spawned(args, options) : warm(args, env);
}

/** What `tsgpt ...args` prints in a process of its own, and its exit code. */
export function spawned(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const env = { ...cleanEnvironment(), ...options.env };
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "pipe", cwd: options.cwd, env });
  let stdout = "";
  let stderr = "";
  let interrupted = false;
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece;
    if (!interrupted && options.interruptAfter !== undefined && stdout.length >= options.interruptAfter) {
      interrupted = child.kill(options.interruptBy ?? "SIGINT"); // once: the second would end it at once
    }
    if (options.closeStdoutAfter !== undefined && stdout.length >= options.closeStdoutAfter) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A fixture's folder: the tiny models of packages/gpt/test. */
export const fixture = (name: string): string => join(FIXTURES, name);

const folders: string[] = [];

/** Removes the folders that were given out: test/setup/folders.ts does it after each file, whose module this may not be. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** An empty folder of the test's own, gone when its file's tests have ended. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-cli-"));
  folders.push(folder);
  return folder;
}
