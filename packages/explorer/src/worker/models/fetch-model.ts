/**
 * Fetches the files of a model of the hub into the browser's storage, and says how they are read. Nothing is asked of
 * the hub for a model that is kept.
 */
import { FILE_NAMES, type ReadFile } from "@tsgpt/gpt";
import {
  fileUrl,
  type HubClient,
  type RemoteFile,
  type RemoteModel,
  type RemoteRevision,
  tokenizerFiles,
} from "@tsgpt/hub/remote";
import { download } from "./download.ts";
import { createPlace, FULL, type Place } from "./place.ts";
import {
  type Folder,
  type KeptRecord,
  keptFile,
  keyOf,
  listRecords,
  openStorage,
  presentBytes,
  readRecord,
  removeModel,
  withLock,
  writeRecord,
} from "./storage.ts";

/** A model of the hub, before its weights are fetched. */
export interface RemoteModelFiles {
  readonly remote: RemoteRevision;
  readonly revision: string;
  readonly files: readonly RemoteFile[];
}

export interface FetchedModel {
  readonly read: ReadFile;
  /** Why the model is not kept. */
  readonly problem: string | undefined;
}

/** The record of a complete kept model of that id and revision. */
export async function findKept(id: string, revision: string): Promise<KeptRecord | undefined> {
  const models = await openStorage().catch(() => undefined);
  const records = models ? await listRecords(models) : [];
  const isAsked = (record: KeptRecord) => record.revision === revision || record.commit === revision;
  return records.find((record) => record.isComplete && record.id === id && isAsked(record));
}

/** @throws Error in one sentence if there is no such model, or not all of it */
export async function requireKept(key: string): Promise<KeptRecord> {
  const record = await readRecord(await openStorage(), key);
  if (!record) throw new Error("this model is no longer kept: another tab, or the browser, deleted it");
  if (record.isComplete) return record;
  throw new Error(`${record.id}: only a part of it is kept; delete that, and load the model again`);
}

/** Reads a kept model. The function throws an Error in one sentence if a file of it is no longer there. */
export async function readKept({ key, id, files }: KeptRecord): Promise<ReadFile> {
  const models = await openStorage();
  return async (name) => {
    const file = await keptFile(models, key, name);
    if (file || !files.some((kept) => kept.name === name)) return file;
    throw new Error(`${id}: its ${name} is no longer in the browser's storage; delete the model, and load it again`);
  };
}

/** The files that the model needs. */
export function neededFiles({ files }: RemoteRevision, { weights }: RemoteModel): RemoteFile[] {
  const names = [FILE_NAMES.config, FILE_NAMES.generationConfig, ...tokenizerFiles((name) => files.has(name))];
  return [...names.flatMap((name) => files.get(name) ?? []), ...weights];
}

/** Bytes that are there from an interrupted download. */
export async function bytesThere(model: RemoteModelFiles): Promise<number> {
  const models = await openStorage().catch(() => undefined);
  return models ? presentBytes(models, recordOf(model, false)) : 0;
}

function recordOf({ remote: { id, commit }, revision, files }: RemoteModelFiles, isComplete: boolean): KeptRecord {
  return { key: keyOf(id, commit), id, revision, commit, files, isComplete, time: Date.now() };
}

/**
 * Fetches what is missing, and passes the files to `use`; afterwards a model that could not be kept is deleted.
 * @throws HubError if it cannot be fetched; Error in one sentence if another tab is fetching it
 */
export async function withFetched<Result>(
  client: HubClient,
  model: RemoteModelFiles,
  onProgress: (loaded: number) => void,
  use: (fetched: FetchedModel) => Promise<Result>,
): Promise<Result> {
  const { key } = recordOf(model, false);
  let problem: string | undefined;
  const models = await openStorage().catch((error: Error) => {
    problem = `${error.message}, so the model runs from memory`;
    return undefined;
  });
  const fetchAndUse = async () => {
    const place = createPlace(models, key, problem ?? (models && (await lackOfStorage(models, model))));
    const isKept = () => models !== undefined && place.problem === undefined;
    const record = async (isComplete: boolean) => {
      if (!models || !isKept()) return;
      if (!(await writeRecord(models, recordOf(model, isComplete)))) place.problem = FULL;
    };
    await record(false);
    await fetchAll(client, model, place, onProgress);
    await record(true);
    try {
      return await use({ read: place.read, problem: place.problem });
    } finally {
      if (models && !isKept()) await removeModel(models, key);
    }
  };
  return models ? withLock(models, key, fetchAndUse) : fetchAndUse();
}

async function fetchAll(
  client: HubClient,
  { remote, files }: RemoteModelFiles,
  place: Place,
  onProgress: (loaded: number) => void,
): Promise<void> {
  let before = 0;
  for (const file of files) {
    const wanted = { file, url: fileUrl(client, remote, file.name), subject: `${remote.id}: ${file.name}` };
    await download(client, wanted, place, (bytes) => onProgress(before + bytes));
    before += file.size;
  }
}

/** Why the browser's storage cannot take the rest of the model; undefined if it can, or does not say. */
async function lackOfStorage(models: Folder, model: RemoteModelFiles): Promise<string | undefined> {
  const { quota, usage = 0 } = await navigator.storage.estimate();
  const size = model.files.reduce((sum, file) => sum + file.size, 0);
  const missing = size - (await presentBytes(models, recordOf(model, false)));
  if (quota === undefined || missing <= quota - usage) return undefined;
  const inMB = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  const room = `the browser's storage has ${inMB(Math.max(0, quota - usage))} left, the model needs ${inMB(missing)}`;
  return `${room}, so it runs from memory and is not kept`;
}
