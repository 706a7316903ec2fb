/** The list of the kept models, and deleting one. */
import type { KeptModel, KeptModels } from "../../protocol/model.ts";
import {
  type Folder,
  type KeptRecord,
  listRecords,
  openStorage,
  presentBytes,
  removeModel,
  withLock,
} from "./storage.ts";

export async function listKept(): Promise<KeptModels> {
  try {
    const models = await openStorage();
    const records = await listRecords(models);
    return { models: await Promise.all(records.map((record) => describe(models, record))), problem: undefined };
  } catch (error) {
    return { models: [], problem: (error as Error).message };
  }
}

async function describe(models: Folder, record: KeptRecord): Promise<KeptModel> {
  const { key, id, revision, commit, files, isComplete, time } = record;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const there = await presentBytes(models, record);
  return { key, name: id, revision, commit, bytes, there, isComplete, time };
}

/** @throws Error in one sentence if another tab is downloading it */
export async function deleteKept(key: string): Promise<void> {
  const models = await openStorage();
  await withLock(models, key, () => removeModel(models, key));
}
