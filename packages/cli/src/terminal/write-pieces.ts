/** Writes long output in pieces, at the speed of its reader. */
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes the pieces in order; waits for `drain` when the stream's buffer is full. */
export async function writePieces(pieces: Iterable<string>, stream: Writable = process.stdout): Promise<void> {
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, "drain");
}
