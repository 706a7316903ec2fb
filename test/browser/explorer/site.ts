/** The built page, once for all test files: a folder named by what it is made of. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { digest } from "../../../packages/explorer/server/build.ts";

export const root = join(import.meta.dirname, "../../../packages/explorer");
const sites = join(root, "node_modules/.sites");
const HOUR = 3_600_000; // milliseconds

/** The folder of the page; `hub` is the build setting TSGPT_EXPLORER_HUB. */
export async function site(hub?: string): Promise<string> {
  if (hub !== undefined) process.env["TSGPT_EXPLORER_HUB"] = hub;
  try {
    const folder = join(sites, await digest(root));
    if (!existsSync(folder)) await buildInto(folder);
    return folder;
  } finally {
    delete process.env["TSGPT_EXPLORER_HUB"];
  }
}

/** Another worker may build the same page at the same time; the first to finish is used. */
async function buildInto(folder: string): Promise<void> {
  mkdirSync(sites, { recursive: true });
  for (const name of readdirSync(sites)) removeIfOld(join(sites, name));
  const outDir = mkdtempSync(join(sites, "building-"));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  try {
    renameSync(outDir, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(outDir, { recursive: true });
  }
}

function removeIfOld(folder: string): void {
  if (Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) > HOUR)
    rmSync(folder, { recursive: true, force: true });
}
