/**
 * Fetches a model by its hub id: from the cache, without network access, if it is there; otherwise downloads only the
 * files needed, after checking the config and the headers of the weights. One process at a time downloads a model; the
 * others wait and use the result.
 */
import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { FILE_NAMES, LARGEST_INDEX, TOKENIZER_FILES } from "@tsgpt/gpt";
import { readText } from "@tsgpt/gpt/node";
import { abortSignal, type Checks, checkOptions, objectWith, oneOf } from "@tsgpt/numeric";
import {
  addToSnapshot,
  blobPath,
  markAbsent,
  partPath,
  type RepoCache,
  sizeOf,
  snapshotPath,
  writeRef,
} from "./cache-layout.ts";
import { type CachedModel, cachesOf, findCached, offlineFailure, requireRepo } from "./cached-model.ts";
import { connect } from "./client.ts";
import { download } from "./download.ts";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import { withLock } from "./lock.ts";
import { type Need, tokenizerFiles } from "./needed-files.ts";
import { fileUrl, type RemoteFile, type RemoteRevision, remoteRevision } from "./remote-files.ts";
import { inspectRemote } from "./remote-model.ts";
import type { Repo } from "./repo.ts";
import type { RetryOptions } from "./retry.ts";
import { choiceChecks, type Environment, type HubChoices, type HubSettings, settingsOf } from "./settings.ts";

/** Progress events. Bytes are those of all missing files together. */
export type HubEvent =
  | { readonly kind: "waiting" } // for another process that downloads the model
  | { readonly kind: "start"; readonly parameters?: number; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: "progress"; readonly bytes: number; readonly totalBytes: number }
  | { readonly kind: "retry"; readonly reason: string; readonly seconds: number };

/** Which revision is fetched, how much of it, and into which cache. */
export interface FetchOptions extends HubChoices, Pick<RetryOptions, "signal" | "sleep"> {
  /** A branch, a tag or a commit; main by default. */
  readonly revision?: string | undefined;
  /** By default, the whole model. */
  readonly need?: Need | undefined;
  /** Resolves the revision on the hub, even if it is cached. */
  readonly refresh?: boolean | undefined;
  /** Called with what happens during a download. */
  readonly onEvent?: ((event: HubEvent) => void) | undefined;
  readonly env?: Environment | undefined;
}

export const fetchChecks: Checks<FetchOptions> = {
  ...choiceChecks,
  revision: "string",
  need: oneOf("model", "tokenizer"),
  refresh: "boolean",
  signal: abortSignal,
  sleep: "function",
  onEvent: "function",
  env: objectWith("an object of variables"),
};

interface Fetching {
  readonly client: HubClient;
  readonly cache: RepoCache;
  readonly remote: RemoteRevision;
  readonly onEvent: (event: HubEvent) => void;
  /** Aborts all other downloads when one fails. */
  readonly stop: AbortController;
}

const AT_ONCE = 4;

/**
 * The model `name` (`org/name`, or a short name) in the cache, downloaded if necessary; resumes partial downloads.
 * @throws RangeError for an invalid option; HubError if it cannot be fetched; ConfigError or CheckpointError if it is
 * not supported; the signal's reason
 */
export async function fetchModel(name: string, options: FetchOptions = {}): Promise<CachedModel> {
  checkOptions("fetchModel", options, fetchChecks);
  const { revision = "main", need = "model", refresh = false, signal } = options;
  const repo = requireRepo(name, revision);
  const settings = settingsOf(options, options.env);
  const cached = async () => (refresh ? undefined : findCached(repo, settings, revision, need));
  const found = await cached();
  if (found) return found;
  if (settings.offline && refresh) throw new HubError(`${repo.id}: offline (HF_HUB_OFFLINE): the hub cannot be asked`);
  if (settings.offline) throw await offlineFailure(repo, settings, revision, need);
  const lock = join(settings.cacheDir, ".locks", repo.folder, "tsgpt.lock");
  const onWait = () => options.onEvent?.({ kind: "waiting" });
  const fetchIt = async (held: AbortSignal) =>
    (await cached()) ?? fetchNow(repo, settings, { ...options, signal: held });
  try {
    return await withLock(lock, fetchIt, { signal, onWait });
  } catch (error) {
    if (signal?.aborted || (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new HubError(`${repo.id}: the cache cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

async function fetchNow(repo: Repo, settings: HubSettings, options: FetchOptions): Promise<CachedModel> {
  const { revision = "main", need = "model", signal, sleep, onEvent = () => {} } = options;
  const stop = new AbortController();
  const onRetry = (reason: string, seconds: number) => onEvent({ kind: "retry", reason, seconds });
  const anyStop = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const client = await connect(settings, { signal: anyStop, onRetry, sleep });
  try {
    const remote = await remoteRevision(client, repo.id, revision);
    const [cache] = cachesOf(repo, settings);
    await mkdir(join(cache.path, "blobs"), { recursive: true });
    const fetching: Fetching = { client, cache, remote, onEvent, stop };
    await fetchNeeded(fetching, need, anyStop);
    await writeRef(cache, revision, remote.commit);
    return { id: repo.id, revision, commit: remote.commit, folder: snapshotPath(cache, remote.commit) };
  } finally {
    await client.close();
  }
}

async function fetchNeeded(fetching: Fetching, need: Need, signal: AbortSignal): Promise<void> {
  const { cache, remote } = fetching;
  const readIt = async (file: RemoteFile) => {
    await fetchFile(fetching, file, signal);
    const path = join(snapshotPath(cache, remote.commit), file.name);
    return (await readText(path, LARGEST_INDEX).catch((cause: Error) => {
      throw new HubError(`${remote.id}: ${file.name}: ${cause.message}`, { cause });
    })) as string;
  };
  const model = need === "model" ? await inspectRemote(fetching.client, remote, readIt) : undefined;
  const tokenizer = tokenizerFiles((name) => remote.files.has(name));
  for (const name of [...TOKENIZER_FILES, ...(need === "model" ? [FILE_NAMES.generationConfig] : [])]) {
    if (!remote.files.has(name)) await markAbsent(cache, remote.commit, name);
  }
  const files = [...tokenizer.map((name) => remote.files.get(name) as RemoteFile), ...(model?.weights ?? [])];
  await fetchAll(fetching, files, model?.summary.parameters, signal);
}

/** Downloads the missing ones, a few concurrently. */
async function fetchAll(
  fetching: Fetching,
  files: readonly RemoteFile[],
  parameters: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { cache, onEvent, stop } = fetching;
  const bytes = new Map<RemoteFile, number>();
  for (const file of files) {
    if (!(await isThere(fetching, file))) bytes.set(file, (await sizeOf(partPath(cache, file.hash))) ?? 0);
  }
  if (bytes.size === 0) return;
  const sum = () => [...bytes.values()].reduce((all, some) => all + some, 0);
  const totalBytes = [...bytes.keys()].reduce((all, { size }) => all + size, 0);
  await checkCapacity(fetching, totalBytes - sum());
  onEvent({ kind: "start", ...(parameters !== undefined && { parameters }), bytes: sum(), totalBytes });
  const rest = [...bytes.keys()].values();
  const lane = async () => {
    for (const file of rest) {
      await fetchFile(fetching, file, signal, (there) => {
        bytes.set(file, there);
        onEvent({ kind: "progress", bytes: sum(), totalBytes });
      });
    }
  };
  const stopAll = (error: unknown) => {
    stop.abort(error);
    throw error;
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => lane().catch(stopAll)));
  if (lanes.some(({ status }) => status === "rejected")) throw signal.reason;
}

async function checkCapacity({ cache, remote }: Fetching, bytes: number): Promise<void> {
  const disk = await statfs(cache.path).catch(() => undefined); // not every file system reports it
  const free = disk ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
  if (bytes <= free) return;
  const inMB = (count: number) => `${Math.ceil(count / 1e6)} MB`;
  throw new HubError(`${remote.id}: needs ${inMB(bytes)}, the disk of ${cache.path} has ${inMB(free)} left`);
}

/** Whether the snapshot has the file; a blob of another snapshot is linked and counts. */
async function isThere({ cache, remote }: Fetching, { name, size, hash }: RemoteFile): Promise<boolean> {
  if ((await sizeOf(join(snapshotPath(cache, remote.commit), name))) === size) return true;
  if ((await sizeOf(blobPath(cache, hash))) !== size) return false;
  await addToSnapshot(cache, remote.commit, { name, hash, isNew: false });
  return true;
}

async function fetchFile(
  fetching: Fetching,
  file: RemoteFile,
  signal: AbortSignal,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  if (await isThere(fetching, file)) return;
  const { client, cache, remote } = fetching;
  const { name, hash } = file;
  const paths = { blob: blobPath(cache, hash), part: partPath(cache, hash) };
  const wanted = { file, url: fileUrl(client, remote, name), subject: `${remote.id}: ${name}`, ...paths };
  await download(client, wanted, { signal, onProgress });
  await addToSnapshot(cache, remote.commit, { name, hash, isNew: true });
}
