/**
 * Staging: buffers for stored bytes between the file and the packed weight. At most PIECES buffers of CHUNK bytes exist
 * at once, 12 MB in all, however many weights are loading; further loads wait. Between loads there are none.
 */
import type { EngineMemory } from "./memory.ts";

/** Bytes of a buffer. Of 1, 2 and 4 MiB the largest loaded fastest, by 10%. */
export const CHUNK = 4 << 20;
const PIECES = 3;

interface Piece {
  readonly pointer: number;
  readonly bytes: number;
}

export interface Staging {
  /** A buffer of at least `bytes`, until given back. Only eight rows longer than CHUNK need more than CHUNK. */
  take(bytes: number): Promise<Piece>;
  give(piece: Piece): void;
}

/** Staging in that memory. */
export function createStaging(memory: EngineMemory): Staging {
  const idle: Piece[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;

  function piece(bytes: number): Piece {
    const known = idle.pop();
    if (known && known.bytes >= bytes) return known;
    if (known) memory.free(known.pointer);
    const size = Math.max(bytes, CHUNK);
    return { pointer: memory.allocate(size), bytes: size };
  }

  /** Lets the next load proceed; after the last, frees everything. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else if (--taken === 0) for (const { pointer } of idle.splice(0)) memory.free(pointer);
  }

  return {
    take: async (bytes) => {
      if (taken < PIECES) taken++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return piece(bytes);
      } catch (error) {
        leave();
        throw error;
      }
    },
    give: (piece) => {
      idle.push(piece);
      leave();
    },
  };
}
