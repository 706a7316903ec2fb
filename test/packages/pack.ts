/** The packages as they are published: packed by the pnpm that runs the tests, which puts versions for `workspace:*`. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

export interface Member {
  /** From the root: `packages/gpt`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface Packed extends Member {
  readonly name: string;
  /** The path of its tarball. */
  readonly tarball: string;
  /** The paths in it, from the package's folder. */
  readonly files: readonly string[];
}

export const manifestIn = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** The members that are published. */
export const members: readonly Member[] = ["packages", "weights"].flatMap((parent) =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ folder: `${parent}/${name}`, manifest: manifestIn(join(root, parent, name)) }))
    .filter(({ manifest }) => manifest["private"] !== true),
);

/** Packs all of them into an existing folder. */
export function packAll(destination: string): Packed[] {
  const filters = members.flatMap(({ folder }) => ["--filter", `./${folder}`]);
  const output = pnpm(["-r", ...filters, "pack", "--json", "--pack-destination", destination]);
  const packed: { name: string; filename: string; files: { path: string }[] }[] = JSON.parse(output);
  return members.map((member) => {
    const { name } = member.manifest;
    const { filename = "", files = [] } = packed.find((one) => one.name === name) ?? {};
    return { ...member, name, tarball: filename, files: files.map(({ path }) => path) };
  });
}

function pnpm(args: string[]): string {
  const path = process.env["npm_execpath"] ?? "";
  const isScript = /\.[cm]?js$/.test(path);
  const command = isScript ? [process.execPath, path] : path.includes("pnpm") ? [path] : ["npx", "--yes", "pnpm@12"];
  const [file = "", ...first] = command;
  return execFileSync(file, [...first, ...args], { cwd: root, stdio: "pipe" }).toString();
}
