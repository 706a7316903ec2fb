/** A ModelFile over a Blob, read in slices: a File picked in a page stays on disk. */
import { endOfFile, memorySource } from "../checkpoint/byte-source.ts";
import { CheckpointError } from "../errors.ts";
import type { ModelFile } from "./model-files.ts";

export function blobFile(name: string, blob: Blob): ModelFile {
  const { size } = blob;
  const read = async (offset: number, into: Uint8Array): Promise<void> => {
    const end = offset + into.length;
    const bytes = await blob
      .slice(offset, end)
      .arrayBuffer()
      .catch((cause: Error) => {
        throw new CheckpointError(name, `cannot be read: ${cause.message}`, { range: [offset, end], cause });
      });
    if (bytes.byteLength !== into.length) throw endOfFile(name, offset, into.length, offset + bytes.byteLength);
    into.set(new Uint8Array(bytes));
  };
  return { name, size, read, close: async () => {} };
}

/** The same over bytes in memory; no copy. */
export function memoryFile(name: string, bytes: Uint8Array): ModelFile {
  return { ...memorySource(name, bytes), close: async () => {} };
}
