/** The parts of a command that runs all of them and reports every failure at the end. */
import { spawn } from "node:child_process";

export interface Part {
  readonly name: string;
  readonly write: () => Promise<void> | void;
}

/** Runs every part in order, including those after a failure. @returns a line for each part that failed */
export async function runParts(parts: readonly Part[]): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, write } of parts) {
    try {
      await write();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message.trim() : error}`);
    }
  }
  return failures;
}

/** Runs a Node program in a process of its own. @throws Error with the program's error message unless the exit code is 0 */
export function runProgram(path: string, cwd: string): Promise<void> {
  const child = spawn(process.execPath, [path], { cwd, stdio: ["ignore", "inherit", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const message = /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr;
      if (code === 0) resolve();
      else reject(new Error(message || `ended with ${code === null ? signal : `exit code ${code}`}`));
    });
  });
}
