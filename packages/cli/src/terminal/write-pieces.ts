/** Long output in pieces, no faster than it is read. */
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes the pieces one after the other; where the stream is full it waits. */
export async function writePieces(pieces: Iterable<string>, stream: Writable = process.stdout): Promise<void> {
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, "drain");
}
