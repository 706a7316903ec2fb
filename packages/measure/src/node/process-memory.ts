/** The memory of this process, and of Node itself. */
import { execFileSync } from "node:child_process";

/** The peak resident set size of this process, in bytes. */
export function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** The peak resident set size of an idle Node process, in bytes, measured by running one. */
export function idleBytes(): number {
  const code = "process.stdout.write(String(process.resourceUsage().maxRSS))";
  return 1024 * Number(execFileSync(process.execPath, ["-e", code], { encoding: "utf8" }));
}
