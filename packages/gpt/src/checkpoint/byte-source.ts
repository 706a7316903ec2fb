/** ByteSource: random access to the bytes of a file, or of anything like one. */
import { CheckpointError } from "../errors.ts";

/** Bytes that are read in any order: of a file, or of memory. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Fills `into` with the bytes that begin at `offset`. @throws CheckpointError if there are not that many */
  read(offset: number, into: Uint8Array): Promise<void>;
}

/** A source over bytes in memory; no copy. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, into) => {
      if (offset + into.length > bytes.length) throw endOfFile(name, offset, into.length, bytes.length);
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

/** The error of a read past the end, for example of a file that was truncated while it was being read. */
export function endOfFile(name: string, offset: number, length: number, size: number): CheckpointError {
  return new CheckpointError(name, `ends at byte ${size}, before what is read`, { range: [offset, offset + length] });
}
