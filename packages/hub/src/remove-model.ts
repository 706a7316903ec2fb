/** Removes a model from the cache: all of it, or one revision with the blobs that no other uses. */
import { readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "@tsgpt/gpt";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { readRef } from "./cache-layout.ts";
import { cachesOf, requireRepo } from "./cached-model.ts";
import { fetchChecks } from "./fetch-model.ts";
import { HubError } from "./hub-error.ts";
import { withLock } from "./lock.ts";
import { type CachedFile, type CachedRepo, type CachedSnapshot, scanRepo, sumOf } from "./scan-cache.ts";
import { choiceChecks, type Environment, type HubChoices, settingsOf } from "./settings.ts";

/** Which revision is removed, and from which cache. */
export interface RemoveOptions extends HubChoices {
  /** By default, all revisions. */
  readonly revision?: string | undefined;
  readonly env?: Environment | undefined;
}

const CHECKS: Checks<RemoveOptions> = { ...choiceChecks, revision: "string", env: fetchChecks.env };

/** What a removal deletes. */
export interface Removal {
  readonly id: string;
  /** The commits to remove. */
  readonly commits: readonly string[];
  /** Bytes that are freed. */
  readonly bytes: number;
  /** Removes them. @throws HubError if a file cannot be deleted */
  remove(): Promise<void>;
}

/** Plans a removal without removing anything. @throws HubError if the cache has no such model or revision */
export async function planRemoval(name: string, options: RemoveOptions = {}): Promise<Removal> {
  checkOptions("planRemoval", options, CHECKS);
  const { revision } = options;
  const wanted = requireRepo(name, revision ?? "main");
  const settings = settingsOf(options, options.env);
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
  throw new HubError(`${what}${wanted.id} is not in ${settings.cacheDir}; scanCache lists what is`);
}

/** The files of a snapshot alone. */
function pathsOf(repo: CachedRepo, { commit, folder, refs }: CachedSnapshot): string[] {
  return [...refs.map((ref) => join(repo.path, "refs", ref)), folder, join(repo.path, ".no_exist", commit)];
}

/** The files that only the snapshots in `going` use. */
function ownFiles({ snapshots }: CachedRepo, going: readonly CachedSnapshot[]): CachedFile[] {
  const staying = snapshots.filter((snapshot) => !going.includes(snapshot));
  const kept = new Set(staying.flatMap(({ files }) => files.map(({ path }) => path)));
  return going.flatMap(({ files }) => files.filter(({ path }) => !kept.has(path)));
}

/** The blobs of these files. */
async function blobsOf({ path }: CachedRepo, files: readonly CachedFile[]): Promise<string[]> {
  const own = new Set(files.map((file) => file.path));
  const blobs = (await readdir(join(path, "blobs")).catch(() => [])).map((name) => join(path, "blobs", name));
  const real = await Promise.all(blobs.map((blob) => realpath(blob).catch(() => "")));
  return blobs.filter((_, i) => own.has(real[i] as string));
}

/** In this order: references first, then the bytes they need. */
async function removeAll(id: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(path, { recursive: true, force: true }).catch((cause: Error) => {
      throw new HubError(`${id}: cannot be removed: ${cause.message}`, { cause });
    });
  }
}
