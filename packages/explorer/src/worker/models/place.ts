/**
 * Where the files of one model are put while it is downloaded: the browser's storage, or memory where that is missing
 * or full.
 */
import type { RemoteFile } from "@tsgpt/hub/remote";
import { type Folder, keptFile, memoryPart, openPart, type SyncFile } from "./storage.ts";

export interface Place {
  /** Why the model is not kept. */
  problem: string | undefined;
  open(file: RemoteFile): Promise<SyncFile>;
  /** Goes on in memory with what the part has: the storage is full. The part is closed. */
  moveToMemory(file: RemoteFile, part: SyncFile): Promise<SyncFile>;
  /** Deletes a file, which must be closed. */
  remove(name: string): Promise<void>;
  /** The file, for the loader. */
  read(name: string): Promise<File | Uint8Array<ArrayBuffer> | undefined>;
}

/** Why a model is not kept where the storage filled up. */
export const FULL = "the browser's storage is full, so the model runs from memory and is not kept";

/** `models` is undefined without storage. */
export function createPlace(models: Folder | undefined, key: string, problem: string | undefined): Place {
  const inMemory = new Map<string, ReturnType<typeof memoryPart>>();
  const openInMemory = ({ name, size }: RemoteFile): SyncFile => {
    const part = inMemory.get(name) ?? allocate(name, size);
    inMemory.set(name, part);
    return part;
  };
  const place: Place = {
    problem,
    open: async (file) =>
      models && place.problem === undefined ? openPart(models, key, file.name) : openInMemory(file),
    moveToMemory: async (file, part) => {
      place.problem ??= FULL;
      const moved = openInMemory(file);
      copy(part, moved);
      part.close();
      await removeFrom(models, key, file.name);
      return moved;
    },
    remove: async (name) => {
      inMemory.delete(name);
      await removeFrom(models, key, name);
    },
    read: async (name) => inMemory.get(name)?.bytes ?? (models && keptFile(models, key, name)),
  };
  return place;
}

function allocate(name: string, size: number): ReturnType<typeof memoryPart> {
  try {
    return memoryPart(size);
  } catch (cause) {
    throw new Error(`${name} can be kept neither in the browser's storage nor in memory: it has ${size} bytes`, {
      cause,
    });
  }
}

const BLOCK = 1 << 20; // bytes

function copy(from: SyncFile, to: SyncFile): void {
  for (const { at, bytes } of blocksOf(from)) to.write(bytes, { at });
}

/** The bytes of a part, in blocks. */
export function* blocksOf(part: SyncFile): Generator<{ at: number; bytes: Uint8Array<ArrayBuffer> }> {
  const block = new Uint8Array(BLOCK);
  for (let at = 0; at < part.getSize(); ) {
    const count = part.read(block, { at });
    yield { at, bytes: block.subarray(0, count) };
    at += count;
  }
}

async function removeFrom(models: Folder | undefined, key: string, name: string): Promise<void> {
  const folder = await models?.getDirectoryHandle(key).catch(() => undefined);
  await folder?.removeEntry(name).catch(() => {}); // it may not have been there
}
