/** A model in the cache; nothing here uses the network. */
import { join } from "node:path";
import { COMPANION_FILES, FILE_NAMES, quote } from "@tsgpt/gpt";
import type { RepoCache } from "./cache-layout.ts";
import { HubError } from "./hub-error.ts";
import { findSnapshot } from "./model-files.ts";
import type { Need } from "./needed-files.ts";
import { findRepo, isRevision, type Repo } from "./repo.ts";
import type { HubSettings } from "./settings.ts";

/** A model in the cache: its id, its revision and its folder. */
export interface CachedModel {
  readonly id: string;
  readonly revision: string;
  readonly commit: string;
  /** In the layout that loadModel reads. */
  readonly folder: string;
}

/** The repo of a name. @throws HubError if the name or the revision is invalid */
export function requireRepo(name: string, revision: string): Repo {
  const repo = findRepo(name);
  if (!repo)
    throw new HubError(`${quote(name)} is not a model id: use org/name, with letters, digits, "-", "_" and "."`);
  if (isRevision(revision)) return repo;
  throw new HubError(`revision ${quote(revision)} is not a valid name of a branch, tag or commit`);
}

/** The caches that may contain a repo: its own, and the one that Python creates for a short name. */
export function cachesOf(
  { folder, shortFolder }: Repo,
  { cacheDir, symlinks }: HubSettings,
): readonly [RepoCache, ...RepoCache[]] {
  const own = { path: join(cacheDir, folder), symlinks };
  return shortFolder === undefined ? [own] : [own, { path: join(cacheDir, shortFolder), symlinks }];
}

/** A complete snapshot; offline, one that lacks at most tokenizer files or a generation config. */
export async function findCached(
  repo: Repo,
  settings: HubSettings,
  revision: string,
  need: Need,
): Promise<CachedModel | undefined> {
  const optional: readonly string[] =
    need === "model" ? [...COMPANION_FILES, FILE_NAMES.tokenizer, FILE_NAMES.generationConfig] : COMPANION_FILES;
  const isEnough = (missing: string) => settings.offline && optional.includes(missing);
  for (const cache of cachesOf(repo, settings)) {
    const found = await findSnapshot(cache, revision, need);
    if (found?.missing.every(isEnough)) return { id: repo.id, revision, commit: found.commit, folder: found.folder };
  }
  return undefined;
}

/** The error for a model that is not in the cache, or not completely, when offline. */
export async function offlineFailure(
  repo: Repo,
  settings: HubSettings,
  revision: string,
  need: Need,
): Promise<HubError> {
  const [cache] = cachesOf(repo, settings);
  const missing = (await findSnapshot(cache, revision, need))?.missing ?? [];
  const what = missing.length > 0 ? `${missing.join(", ")} of ` : "";
  return new HubError(
    `${repo.id}: offline (option offline or HF_HUB_OFFLINE), ` +
      `and ${what}revision ${quote(revision)} is not in ${settings.cacheDir}`,
  );
}
