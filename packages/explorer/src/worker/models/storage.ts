/**
 * The browser's storage (the origin-private file system): a folder for each kept model, and a record of what it should
 * hold. Files are written through sync access handles, which only a worker has, and which lock what they open: whoever
 * downloads or deletes a model holds its lock, which the browser releases when the tab ends.
 * @see https://fs.spec.whatwg.org/
 */
/** A sync access handle, as far as it is used here; or the same in memory. */
export interface SyncFile {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

interface FileHandle {
  getFile(): Promise<File>;
  createSyncAccessHandle(): Promise<SyncFile>;
}

/** A folder of the storage, as far as it is used here. */
export interface Folder {
  getDirectoryHandle(name: string, options?: { readonly create?: boolean }): Promise<Folder>;
  getFileHandle(name: string, options?: { readonly create?: boolean }): Promise<FileHandle>;
  removeEntry(name: string, options?: { readonly recursive?: boolean }): Promise<void>;
  keys(): AsyncIterable<string>;
}

interface KeptFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What a kept model should hold. */
export interface KeptRecord {
  readonly key: string;
  /** On the hub, or the name of a folder. */
  readonly id: string;
  /** Undefined for a folder, as is the commit. */
  readonly revision: string | undefined;
  readonly commit: string | undefined;
  readonly files: readonly KeptFile[];
  /** Whether all files are there, those of the hub with its hashes. */
  readonly isComplete: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
}

const MODELS = "models";
const RECORD = ".json";
const LOCK = ".lock";

/** The folder of the kept models. @throws Error in one sentence if the browser has no storage for this page */
export async function openStorage(): Promise<Folder> {
  try {
    const root = (await navigator.storage.getDirectory()) as unknown as Folder;
    return await root.getDirectoryHandle(MODELS, { create: true });
  } catch (cause) {
    throw new Error(`this browser keeps no files for this page: ${(cause as Error).message}`, { cause });
  }
}

/** The key of a model's commit, or of another thing that tells it from others: a legal name of a folder. */
export function keyOf(id: string, version: string): string {
  return `${id.replaceAll(/[/\\]/g, "--")}--${version}`;
}

/** All records, the last one first. One that cannot be read is left out. */
export async function listRecords(models: Folder): Promise<KeptRecord[]> {
  const records: KeptRecord[] = [];
  for await (const name of models.keys()) {
    const record = name.endsWith(RECORD) && (await readRecord(models, name.slice(0, -RECORD.length)));
    if (record) records.push(record);
  }
  return records.sort((a, b) => b.time - a.time);
}

export async function readRecord(models: Folder, key: string): Promise<KeptRecord | undefined> {
  try {
    const file = await (await models.getFileHandle(key + RECORD)).getFile();
    return JSON.parse(await file.text());
  } catch {
    return undefined; // there is none, or another tab is writing it
  }
}

/** Whether the bytes were written: not where the storage is full. */
export function writeWhole(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): boolean {
  try {
    return file.write(bytes, { at }) === bytes.length;
  } catch (error) {
    if ((error as Error).name !== "QuotaExceededError") throw error;
    return false;
  }
}

/** Whether the record was written: not where the storage is full; there is none of the model then. */
export async function writeRecord(models: Folder, record: KeptRecord): Promise<boolean> {
  const handle = await models.getFileHandle(record.key + RECORD, { create: true });
  const file = await handle.createSyncAccessHandle();
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    file.truncate(0);
    const isWhole = writeWhole(file, bytes, 0);
    if (!isWhole) file.truncate(0);
    file.flush();
    return isWhole;
  } finally {
    file.close();
  }
}

/** Runs `task` while no other tab downloads or deletes the model. @throws Error in one sentence if one does */
export async function withLock<Result>(models: Folder, key: string, task: () => Promise<Result>): Promise<Result> {
  const handle = await models.getFileHandle(key + LOCK, { create: true });
  const lock = await handle.createSyncAccessHandle().catch((cause: Error) => {
    if (cause.name !== "NoModificationAllowedError") throw cause;
    throw new Error(`${nameOf(key)}: another tab is downloading or deleting it; wait for that, or close the tab`);
  });
  try {
    return await task();
  } finally {
    lock.close();
  }
}

function nameOf(key: string): string {
  return key.split("--").slice(0, -1).join("/");
}

/** Deletes a kept model; call it within its lock. */
export async function removeModel(models: Folder, key: string): Promise<void> {
  for (const name of [key + RECORD, key]) {
    await models.removeEntry(name, { recursive: true }).catch((error: Error) => {
      if (error.name !== "NotFoundError") throw error;
    });
  }
}

/** Bytes of a kept model's files that are there. */
export async function presentBytes(models: Folder, { key, files }: KeptRecord): Promise<number> {
  const sizes = await Promise.all(
    files.map(async ({ name, size }) => Math.min(size, (await keptFile(models, key, name))?.size ?? 0)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A file of a kept model, read from the storage in slices; undefined if it is not there. */
export async function keptFile(models: Folder, key: string, name: string): Promise<File | undefined> {
  try {
    const folder = await models.getDirectoryHandle(key);
    return await (await folder.getFileHandle(name)).getFile();
  } catch {
    return undefined;
  }
}

/** Opens a file of a kept model for writing; it is made if there is none. */
export async function openPart(models: Folder, key: string, name: string): Promise<SyncFile> {
  const folder = await models.getDirectoryHandle(key, { create: true });
  return (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
}

/** A file in memory. @throws RangeError if there is no memory for `size` bytes */
export function memoryPart(size: number): SyncFile & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(size);
  let length = 0;
  return {
    bytes,
    getSize: () => length,
    read: (into, { at }) => {
      const piece = bytes.subarray(at, Math.min(length, at + into.length));
      into.set(piece);
      return piece.length;
    },
    write: (piece, { at }) => {
      bytes.set(piece, at);
      length = Math.max(length, at + piece.length);
      return piece.length;
    },
    truncate: (size) => {
      length = Math.min(length, size);
    },
    flush: () => {},
    close: () => {},
  };
}
