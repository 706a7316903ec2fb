/** How much memory this process takes of the machine, and what part of it is Node's own. */
import { execFileSync } from "node:child_process";

/** Bytes of this process's largest resident set so far. */
export function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** Bytes of the largest resident set of a Node that does nothing: one is run to see. */
export function idleBytes(): number {
  const code = "process.stdout.write(String(process.resourceUsage().maxRSS))";
  return 1024 * Number(execFileSync(process.execPath, ["-e", code], { encoding: "utf8" }));
}
