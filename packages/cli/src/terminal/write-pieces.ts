/** Writes long output in pieces, at the speed of its reader. */
import { once } from "node:events";
import type { Writable } from "node:stream";

type Piece = string | Uint8Array;

/**
 * Writes the pieces in order; waits for `drain` when the stream's buffer is full. Leaves nothing on the stream, which
 * others write to after it. @throws AbortError when the signal aborts
 */
export async function writePieces(
  pieces: Iterable<Piece> | AsyncIterable<Piece>,
  { stream = process.stdout, signal }: { readonly stream?: Writable; readonly signal?: AbortSignal } = {},
): Promise<void> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    if (!stream.write(piece)) await once(stream, "drain", signal ? { signal } : {});
  }
}
