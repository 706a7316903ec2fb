/** Takes a model out of the cache: all of it, or one revision with the blobs that no other needs. */
import { readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "@tsgpt/gpt";
import { readRef } from "./cache-layout.ts";
import { cachesOf, requireRepo } from "./cached-model.ts";
import { HubError } from "./hub-error.ts";
import { withLock } from "./lock.ts";
import { type CachedFile, type CachedRepo, type CachedSnapshot, scanRepo, sumOf } from "./scan-cache.ts";
import { type Environment, type HubChoices, hubSettings } from "./settings.ts";

export interface RemoveOptions extends HubChoices {
  /** All of them by default. */
  readonly revision?: string | undefined;
  readonly env?: Environment | undefined;
}

export interface Removal {
  readonly id: string;
  /** The commits that go. */
  readonly commits: readonly string[];
  /** That the disk gets back. */
  readonly bytes: number;
  /** Does it. @throws HubError if a file cannot be deleted */
  remove(): Promise<void>;
}

/** What removing a model would free; nothing is removed yet. @throws HubError if the cache has no such model, or no such revision */
export async function planRemoval(name: string, options: RemoveOptions = {}): Promise<Removal> {
  const { revision } = options;
  const wanted = requireRepo(name, revision ?? "main");
  const settings = hubSettings(options, options.env);
  for (const cache of cachesOf(wanted, settings)) {
    const repo = await scanRepo(cache.path, wanted.id);
    const commit = revision === undefined ? undefined : await readRef(cache, revision);
    const going = repo.snapshots.filter((snapshot) => revision === undefined || snapshot.commit === commit);
    if (going.length === 0 && (revision !== undefined || repo.partBytes === 0)) continue;
    const isAll = going.length === repo.snapshots.length;
    const files = ownFiles(repo, going);
    const paths = isAll
      ? [repo.path]
      : [...going.flatMap((snapshot) => pathsOf(repo, snapshot)), ...(await blobsOf(repo, files))];
    const bytes = sumOf(files) + (isAll ? repo.partBytes : 0);
    const lock = join(settings.cacheDir, ".locks", wanted.folder, "tsgpt.lock");
    const remove = () => withLock(lock, () => removeAll(wanted.id, paths));
    return { id: wanted.id, commits: going.map((snapshot) => snapshot.commit), bytes, remove };
  }
  const what = revision === undefined ? "" : `revision ${quote(revision)} of `;
  throw new HubError(`${what}${wanted.id} is not in ${settings.cacheDir}; tsgpt models lists what is`);
}

/** What belongs to a snapshot alone. */
function pathsOf(repo: CachedRepo, { commit, folder, refs }: CachedSnapshot): string[] {
  return [...refs.map((ref) => join(repo.path, "refs", ref)), folder, join(repo.path, ".no_exist", commit)];
}

/** The files that only the snapshots in `going` have. */
function ownFiles({ snapshots }: CachedRepo, going: readonly CachedSnapshot[]): CachedFile[] {
  const staying = snapshots.filter((snapshot) => !going.includes(snapshot));
  const kept = new Set(staying.flatMap(({ files }) => files.map(({ path }) => path)));
  return going.flatMap(({ files }) => files.filter(({ path }) => !kept.has(path)));
}

/** The blobs that are these files. */
async function blobsOf({ path }: CachedRepo, files: readonly CachedFile[]): Promise<string[]> {
  const own = new Set(files.map((file) => file.path));
  const blobs = (await readdir(join(path, "blobs")).catch(() => [])).map((name) => join(path, "blobs", name));
  const real = await Promise.all(blobs.map((blob) => realpath(blob).catch(() => "")));
  return blobs.filter((_, i) => own.has(real[i] as string));
}

/** In this order: a revision that nothing names any more before the bytes that it needs. */
async function removeAll(id: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(path, { recursive: true, force: true }).catch((cause: Error) => {
      throw new HubError(`${id}: cannot be removed: ${cause.message}`, { cause });
    });
  }
}
