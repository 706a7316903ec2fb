/** A ByteSource over a file on disk: opened once, read by position, closed by the code that opened it. */
import { type FileHandle, open } from "node:fs/promises";
import { endOfFile } from "../checkpoint/byte-source.ts";
import { CheckpointError } from "../errors.ts";
import type { ModelFile } from "../files/model-files.ts";

const LARGEST_READ = 1 << 30; // one read takes a signed 32-bit count

/**
 * Opens the file at `path`; `name` is its name in messages.
 * @throws CheckpointError if it does not exist, is not a file, or cannot be read
 */
export async function fileSource(path: string, name: string = path): Promise<ModelFile> {
  const file = await openFile(path, name);
  if (file) return file;
  throw new CheckpointError(name, "does not exist");
}

/**
 * The same; undefined if the file, or its folder, does not exist.
 * @throws CheckpointError if it is not a file, or cannot be opened
 */
export async function openFile(path: string, name: string): Promise<ModelFile | undefined> {
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw new CheckpointError(name, `cannot be opened: ${cause.message}`, { cause });
  });
  if (!handle) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new CheckpointError(name, "is not a file");
    const read = (offset: number, into: Uint8Array) => readFully(handle, name, offset, into);
    return { name, size: stat.size, read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readFully(handle: FileHandle, name: string, offset: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const length = Math.min(into.length - done, LARGEST_READ);
    const { bytesRead } = await handle.read(into, done, length, offset + done).catch((cause: Error) => {
      throw new CheckpointError(name, `cannot be read: ${cause.message}`, {
        range: [offset, offset + into.length],
        cause,
      });
    });
    if (bytesRead === 0) throw endOfFile(name, offset, into.length, offset + done);
    done += bytesRead;
  }
}
