/** An origin-private file system in memory, with locks, and with a quota. What is not there is as in browsers an error by its name. */
import type { Folder, SyncFile } from "../src/worker/models/storage.ts";

const failure = (name: string) => Object.assign(new Error(name), { name });

export interface FakeStorage extends Folder {
  /** Bytes that fit. */
  quota: number;
  /** Whether a write that does not fit writes what does, as the standard allows; otherwise it throws. */
  cutsShort: boolean;
  /** Every file by its path, with its bytes. */
  files(): Map<string, Uint8Array<ArrayBuffer>>;
}

interface Entry {
  bytes: Uint8Array<ArrayBuffer>;
  isLocked: boolean;
}

export function fakeStorage(): FakeStorage {
  const entries = new Map<string, Entry>();
  const folders = new Set<string>();
  const used = () => [...entries.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  const folder = (path: string): Folder => ({
    getDirectoryHandle: async (name, { create = false } = {}) => {
      if (!create && !folders.has(`${path}${name}/`)) throw failure("NotFoundError");
      folders.add(`${path}${name}/`);
      return folder(`${path}${name}/`);
    },
    getFileHandle: async (name, { create = false } = {}) => {
      if (!create && !entries.has(path + name)) throw failure("NotFoundError");
      const entry = entries.get(path + name) ?? { bytes: new Uint8Array(), isLocked: false };
      entries.set(path + name, entry);
      return {
        getFile: async () => new File([entry.bytes], name),
        createSyncAccessHandle: async () => {
          if (entry.isLocked) throw failure("NoModificationAllowedError");
          entry.isLocked = true;
          return syncFile(entry, (size) => {
            const left = storage.quota - used();
            if (size > left && !storage.cutsShort) throw failure("QuotaExceededError");
            return Math.min(size, left);
          });
        },
      };
    },
    removeEntry: async (name) => {
      const gone = [...entries.keys()].filter((key) => key === path + name || key.startsWith(`${path}${name}/`));
      if (gone.some((key) => entries.get(key)?.isLocked)) throw failure("NoModificationAllowedError");
      if (!folders.delete(`${path}${name}/`) && gone.length === 0) throw failure("NotFoundError");
      for (const key of gone) entries.delete(key);
    },
    keys: async function* () {
      const below = [...folders, ...entries.keys()].filter((key) => key.startsWith(path) && key !== path);
      yield* new Set(below.map((key) => key.slice(path.length).split("/")[0] as string));
    },
  });
  const files = () => new Map([...entries].map(([path, { bytes }]) => [path, bytes]));
  const storage: FakeStorage = { ...folder(""), quota: Number.POSITIVE_INFINITY, cutsShort: false, files };
  return storage;
}

/** `grown` is by how many bytes the file may grow of those asked for. */
function syncFile(entry: Entry, grown: (size: number) => number): SyncFile {
  return {
    getSize: () => entry.bytes.length,
    read: (into, { at }) => {
      const piece = entry.bytes.subarray(at, at + into.length);
      into.set(piece);
      return piece.length;
    },
    write: (bytes, { at }) => {
      const length = entry.bytes.length;
      const next = new Uint8Array(length + grown(Math.max(0, at + bytes.length - length)));
      const written = bytes.subarray(0, next.length - at);
      next.set(entry.bytes);
      next.set(written, at);
      entry.bytes = next;
      return written.length;
    },
    truncate: (size) => {
      entry.bytes = entry.bytes.slice(0, size);
    },
    flush: () => {},
    close: () => {
      entry.isLocked = false;
    },
  };
}
