import type { TestProject } from "vitest/node";
import { hasRedis } from "../../packages/batch/test/redis.ts";
import { hasScript } from "../../packages/cli/test/script.ts";
import { executablePath, hasChromium } from "../browser/executable.ts";

/** Says aloud which tests this machine will not run; a test itself may not print. */
export default function announceSkipped({ config, name }: TestProject): void {
  if (name) return; // the projects inherit this; said once, for all of them
  if (config.env["TSGPT_FULL"] !== "1")
    console.log("SAMPLED: long sweeps and the documents' commands; `npx -y pnpm@12 test:full` runs all of them.");
  console.log(
    "SKIPPED: GPT-2 124M against published values; set TSGPT_GPT2 to a folder with its weights and run `npx -y pnpm@12 conformance`.",
  );
  if (!hasScript) console.log("SKIPPED: the dialogue on a terminal; there is no `script` of util-linux to make one.");
  if (!hasRedis) console.log("SKIPPED: batches through a queue; there is no redis-server. Install it.");
  if (!hasChromium) {
    console.log(
      `SKIPPED: the core packages in a browser, bundled or not; there is no Chromium at ${executablePath}. Install it, or set TSGPT_CHROMIUM to one.`,
    );
  }
  if (process.platform === "win32") {
    console.log("SKIPPED: the commands and transcripts of the documents; they need a POSIX shell.");
    console.log("SKIPPED: limits of memory, users and devices of a POSIX system; this is Windows.");
  }
}
