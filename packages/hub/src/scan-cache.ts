/** Lists a cache: every snapshot of every model, whichever program fetched it. Unreadable entries are skipped. */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { idOfFolder, isCommit } from "./repo.ts";

/** One file of a snapshot. */
export interface CachedFile {
  /** The file itself: the blob that the snapshot links to, if it links. */
  readonly path: string;
  readonly bytes: number;
}

/** A revision in the cache. */
export interface CachedSnapshot {
  readonly commit: string;
  readonly folder: string;
  /** Branches and tags that pointed to this commit when last fetched. */
  readonly refs: readonly string[];
  readonly files: readonly CachedFile[];
}

/** A repo in the cache, with its revisions. */
export interface CachedRepo {
  readonly id: string;
  readonly path: string;
  readonly snapshots: readonly CachedSnapshot[];
  /** Bytes of incomplete downloads. */
  readonly partBytes: number;
}

/** The models in `cacheDir`, by id; none if it does not exist. */
export async function scanCache(cacheDir: string): Promise<CachedRepo[]> {
  const folders = (await namesIn(cacheDir)).filter((name) => idOfFolder(name) !== undefined);
  const repos = await Promise.all(folders.map((name) => scanRepo(join(cacheDir, name), idOfFolder(name) as string)));
  return repos.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The folder of one model. */
export async function scanRepo(path: string, id: string): Promise<CachedRepo> {
  const refs = await readRefs(join(path, "refs"));
  const commits = (await namesIn(join(path, "snapshots"))).filter(isCommit).sort();
  const snapshots = await Promise.all(
    commits.map(async (commit) => {
      const folder = join(path, "snapshots", commit);
      const named = refs.filter(([, is]) => is === commit).map(([ref]) => ref);
      return { commit, folder, refs: named.sort(), files: await filesIn(folder) };
    }),
  );
  const parts = (await filesIn(join(path, "blobs"))).filter((file) => file.path.endsWith(".incomplete"));
  return { id, path, snapshots: snapshots.filter(({ files }) => files.length > 0), partBytes: sumOf(parts) };
}

/** Bytes on disk: a blob shared by several snapshots counts once. */
export function sumOf(files: Iterable<CachedFile>): number {
  const unique = new Map([...files].map(({ path, bytes }) => [path, bytes]));
  return [...unique.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function filesIn(folder: string): Promise<CachedFile[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(names.map((name) => fileAt(join(folder, name))));
  return files.filter((file) => file !== undefined);
}

async function fileAt(path: string): Promise<CachedFile | undefined> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    return found.isFile() ? { path: real, bytes: found.size } : undefined;
  } catch {
    return undefined; // a broken link
  }
}

async function readRefs(folder: string): Promise<[ref: string, commit: string][]> {
  const paths = (await filesIn(folder)).map(({ path }) => path);
  const root = await realpath(folder).catch(() => folder);
  const read = async (path: string): Promise<[string, string]> => {
    const text = await readFile(path, "utf8").catch(() => "");
    return [relative(root, path).replaceAll(sep, "/"), text.trim()];
  };
  return Promise.all(paths.map(read));
}
