/**
 * The cache layout of Python's huggingface_hub, so that each finds the other's downloads:
 * `models--org--name/{blobs/<hash>, snapshots/<commit>/<file> -> ../../blobs/<hash>, refs/<revision>,
 * .no_exist/<commit>/<file>}`.
 * A blob is downloaded as `<hash>.incomplete` and renamed only once it is complete and its hash is verified.
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isCommit } from "./repo.ts";

/** The folder of one model in a cache. */
export interface RepoCache {
  readonly path: string;
  /** As in settings. */
  readonly symlinks: boolean;
}

export const blobPath = (cache: RepoCache, hash: string): string => join(cache.path, "blobs", hash);
export const partPath = (cache: RepoCache, hash: string): string => `${blobPath(cache, hash)}.incomplete`;
export const snapshotPath = (cache: RepoCache, commit: string): string => join(cache.path, "snapshots", commit);

/** The commit of `revision` when it was last fetched; undefined if it never was. */
export async function readRef(cache: RepoCache, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const text = await readFile(join(cache.path, "refs", revision), "utf8").catch(() => "");
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Records the commit of `revision`. */
export async function writeRef(cache: RepoCache, revision: string, commit: string): Promise<void> {
  if (isCommit(revision)) return;
  await replace(join(cache.path, "refs", revision), (partial) => writeFile(partial, commit));
}

/** Records that the commit has no such file, so that it is not requested again. */
export async function markAbsent(cache: RepoCache, commit: string, file: string): Promise<void> {
  const path = join(cache.path, ".no_exist", commit, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "");
}

/** The files known not to exist in the commit; none if the commit was fetched whole, as `hf download` does. */
export async function absentFiles(cache: RepoCache, commit: string): Promise<ReadonlySet<string>> {
  return new Set(await readdir(join(cache.path, ".no_exist", commit)).catch(() => []));
}

/** Links a blob into the snapshot under its file's name. Without symlinks, a new blob is moved there, as in Python. */
export async function addToSnapshot(
  cache: RepoCache,
  commit: string,
  { name, hash, isNew }: { name: string; hash: string; isNew: boolean },
): Promise<void> {
  const blob = blobPath(cache, hash);
  const path = join(snapshotPath(cache, commit), name);
  await replace(path, async (partial) => {
    const linked = cache.symlinks && (await symlink(relative(dirname(path), blob), partial).then(yes, no));
    if (!linked) await (isNew ? rename(blob, partial) : copyFile(blob, partial));
  });
}

/** Size of the file at `path`, links followed; undefined if it does not exist. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

const yes = () => true;
const no = () => false;

/** Writes a file atomically: next to its destination, then renamed. */
async function replace(path: string, make: (partial: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  await rm(partial, { force: true });
  await make(partial);
  await rename(partial, path);
}
