/** Builds the page if what it is made of has changed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { build } from "vite";

/** What the page is made of besides the packages of the workspace, from the folder of packages/explorer. */
const INPUTS = ["index.html", "package.json", "vite", "vite.config.ts", "src", "../../pnpm-lock.yaml"];

/** The folder of the built page, after building it if it is not there or not current. @throws Error if that fails */
export async function buildIfNeeded(explorer: string): Promise<string> {
  const site = join(explorer, "dist");
  const marker = join(explorer, "node_modules/.built"); // not in dist, which holds nothing but the page
  const current = await digest(explorer);
  const isBuilt =
    existsSync(join(site, "index.html")) && existsSync(marker) && readFileSync(marker, "utf8") === current;
  if (isBuilt) return site;
  await build({ root: explorer, logLevel: "silent" }).catch((cause: Error) => {
    throw new Error(`the page does not build: ${describeFailure(cause.message)}`, { cause });
  });
  writeFileSync(marker, current);
  return site;
}

/** The first problem and its place, in one line, of what Vite says on many. */
export function describeFailure(message: string): string {
  const text = stripVTControlCharacters(message);
  const [first = "", problem = first] = text.split("\n").filter((line) => line.trim() !== "");
  const place = /\[ (\S+:\d+:\d+) \]/.exec(text)?.[1];
  return place === undefined ? problem.trim() : `${problem.trim()} (${place})`;
}

/** Of the names, sizes and times of all inputs, and of the build setting. */
export async function digest(explorer: string): Promise<string> {
  const hash = createHash("sha256").update(process.env["TSGPT_EXPLORER_HUB"] ?? "");
  for (const input of [...INPUTS.map((path) => join(explorer, path)), ...builtOf(explorer)]) {
    for (const path of await filesIn(input)) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`\n${path} ${size} ${mtimeMs}`);
    }
  }
  return hash.digest("hex");
}

/** What the packages have built; of a package of data, which builds nothing, all that it has. */
function builtOf(explorer: string): string[] {
  return [...workspacePackages(explorer)].map((folder) => {
    const dist = join(folder, "dist");
    return existsSync(dist) ? dist : folder;
  });
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The folders of the packages of the workspace that the one in `folder` depends on, at any depth. */
export function workspacePackages(folder: string, found: Set<string> = new Set()): ReadonlySet<string> {
  const { dependencies = {} }: PackageJson = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const [name, version] of Object.entries(dependencies)) {
    const dependency = version.startsWith("workspace:") && realpathSync(join(folder, "node_modules", name));
    if (dependency && !found.has(dependency)) workspacePackages(dependency, found.add(dependency));
  }
  return found;
}

async function filesIn(path: string): Promise<string[]> {
  if (!statSync(path).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
