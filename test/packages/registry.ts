/**
 * An npm registry on loopback with the packages of this workspace and their dependencies, packed from node_modules. It
 * has nothing else, and asks no other registry.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { type Manifest, manifestIn, packAll, root } from "./pack.ts";

export interface Registry {
  readonly url: string;
  /** What it was asked for and does not have. */
  readonly unknown: readonly string[];
  close(): Promise<void>;
}

interface Version {
  readonly manifest: Manifest;
  readonly tarball: string;
}

/** Packs everything into `folder` and serves it. */
export async function startRegistry(folder: string): Promise<Registry> {
  const versions = versionsOf(folder);
  const unknown: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const tarball = /^-\/(\d+)\.tgz$/.exec(path)?.[1];
    const version = versions[Number(tarball)];
    if (version) return void response.end(readFileSync(version.tarball));
    const found = versions.flatMap((one, index) => (one.manifest.name === path ? [{ ...one, index }] : []));
    if (found.length === 0) {
      unknown.push(path);
      return void response.writeHead(404).end("{}");
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(packument(found, url)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url, unknown, close };
}

/** What a registry says of a package. */
function packument(found: readonly (Version & { index: number })[], url: string) {
  const versions = found.map(({ manifest, tarball, index }) => {
    const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    return [manifest.version, { ...manifest, dist: { tarball: `${url}/-/${index}.tgz`, integrity } }] as const;
  });
  const name = found[0]?.manifest.name;
  const long = "2020-01-01T00:00:00.000Z"; // pnpm installs nothing that was published today
  const time = Object.fromEntries(
    ["created", "modified", ...versions.map(([version]) => version)].map((of) => [of, long]),
  );
  return { name, "dist-tags": { latest: versions.at(-1)?.[0] }, versions: Object.fromEntries(versions), time };
}

/** The packages of this workspace, and everything they need. */
function versionsOf(folder: string): Version[] {
  const own = packAll(folder).map(({ tarball, folder: member }) => ({ tarball, from: join(root, member) }));
  const versions = own.map(({ tarball }): Version => ({ tarball, manifest: manifestOf(tarball) }));
  const ours = new Set(versions.map(({ manifest }) => manifest.name));
  const seen = new Set<string>();
  const waiting = own.map(({ from }) => from);
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = manifestIn(from) as Manifest & {
      optionalDependencies?: object;
    };
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = ours.has(name) ? undefined : find(name, from);
      if (at === undefined || seen.has(at)) continue;
      seen.add(at);
      waiting.push(at);
      versions.push({ manifest: manifestIn(at), tarball: packFolder(at, folder, seen.size) });
    }
  }
  return versions;
}

function manifestOf(tarball: string): Manifest {
  return JSON.parse(execFileSync("tar", ["-xzOf", tarball, "package/package.json"]).toString());
}

/** Where Node finds a package from a folder; undefined for an optional one that is not installed. */
function find(name: string, from: string): string | undefined {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const at = join(folder, "node_modules", name);
    if (existsSync(at)) return realpathSync(at);
  }
  return undefined;
}

function packFolder(at: string, folder: string, index: number): string {
  const tarball = join(folder, "others", `${index}.tgz`);
  mkdirSync(dirname(tarball), { recursive: true });
  // npm leaves out hard links, which tar makes of files that pnpm's store has once
  const flags = ["--hard-dereference", "--exclude=./node_modules", "--transform=s,^\\.,package,"];
  execFileSync("tar", ["-czf", tarball, ...flags, "-C", at, "."]);
  return tarball;
}
