/** tsgpt pull, killed at random moments: what was received is kept, and what ends is the file, to the last bit. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { modelOf } from "../../hub/test/hub-model.ts";
import { type LocalHub, sha256, startHub } from "../../hub/test/local-hub.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { emptyFolder, tsgpt } from "./process.ts";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const KILLS = FULL ? 20 : 2;
const RATE = 500_000; // bytes per second: on a busy machine few are on their way when a pull is killed
const files = modelOf(8_000_000);
const weights = files["model.safetensors"];

/** Whole numbers below 2^31 that look random and are the same in every run (Lehmer 1951, as in minstd). */
function* randomNumbers(seed: number): Generator<number> {
  for (let n = seed; ; n = (n * 48_271) % 2_147_483_647) yield n;
}

/** Not of the header alone, which is read before. */
const isDownload = (range: string | undefined): boolean => !range?.match(/-\d+$/);

/** Starts a pull, and kills it when the hub has sent it so many bytes; it may be at anything then. */
async function killed(hub: LocalHub, cacheDir: string, bytes: number): Promise<void> {
  const env = { ...cleanEnvironment(), HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheDir };
  const before = hub.sentBytes;
  const child = spawn(process.execPath, [MAIN, "pull", "org/model"], { stdio: "ignore", env });
  const ended = once(child, "close");
  while (hub.sentBytes <= before + bytes) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
}

test("killed again and again, it ends with the right hash and has fetched little more than the file", {
  timeout: 120_000,
}, async () => {
  const hub = await startHub({ "org/model": { revisions: { main: files } } });
  const cacheDir = emptyFolder();
  hub.fault = ({ kind }) => (kind === "store" ? { bytesPerSecond: RATE } : undefined);
  const random = randomNumbers(19_790_401);
  const blobs = join(cacheDir, "models--org--model/blobs");
  const part = join(blobs, `${sha256(weights)}.incomplete`);
  let least = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const askedBefore = hub.asked.length;
    await killed(hub, cacheDir, (random.next().value as number) % 500_000);
    const downloads = hub.asked.slice(askedBefore).filter(({ kind, range }) => kind === "store" && isDownload(range));
    const rest = least > 0 ? `bytes=${least}-` : undefined;
    for (const { range } of downloads) expect(range).toBe(rest); // nothing kept is fetched again
    expect(existsSync(join(blobs, sha256(weights)))).toBe(false); // nothing that looks whole
    const size = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
    expect(size).toBeGreaterThanOrEqual(least); // nothing lost
    least = size;
  }
  expect(least).toBeGreaterThan(0);
  hub.fault = () => undefined;
  const { code, stdout } = await tsgpt(["pull", "org/model"], {
    env: { HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheDir },
  });
  expect(code).toBe(0);
  expect(sha256(readFileSync(join(stdout.trim(), "model.safetensors")))).toBe(sha256(weights));
  expect(readdirSync(blobs)).toHaveLength(2);
  expect(hub.sentBytes).toBeLessThan(weights.length * 1.15); // config, headers and listings of 21 runs, and what was on its way
  rmSync(cacheDir, { recursive: true });
  await hub.close();
});
