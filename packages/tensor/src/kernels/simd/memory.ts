/**
 * EngineMemory: the one shared WebAssembly memory of a simd engine, and who has which part of it. What is given back joins the
 * free parts beside it, and the lowest part that is large enough is cut for the next request. Grows as needed, up to the
 * 4 GiB that 32 bits address; a page stays untouched, so that no end of a part wraps round to 0. Views stay valid when it grows.
 */
import { EngineError } from "../../errors.ts";

const PAGE = 65_536;
const MOST_PAGES = 65_536; // 4 GiB
const ALIGNMENT = 64; // a cache line
const LEAST_GROWTH = 16 << 20; // each growth is told to all workers

/** Where it ends, in bytes. */
const MEMORY_LIMIT = (MOST_PAGES - 1) * PAGE;

/** Bytes that a request for `bytes` takes. */
export function allocatedBytes(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}

interface Part {
  begin: number;
  end: number;
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly #free: Part[] = []; // in order, no two touching, none at the end
  readonly #sizes = new Map<number, number>();
  readonly #buffers = new WeakSet<object>();
  #buffer: ArrayBufferLike;
  #end = PAGE; // the first page is the pool's
  #used = 0;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared: true });
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
  }

  /** Bytes in use, not counting what has been given back. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Bytes that the memory has grown to. */
  get heldBytes(): number {
    return this.#buffer.byteLength;
  }

  /** Bytes that can still be asked for, not all in one piece if parts were given back. */
  get roomBytes(): number {
    return MEMORY_LIMIT - PAGE - this.#used;
  }

  /** Where `bytes` bytes lie that are the caller's until given back; their contents are whatever was there. @throws EngineError */
  allocate(bytes: number): number {
    const size = allocatedBytes(bytes);
    const pointer = this.#cut(size) ?? this.#extend(size);
    this.#sizes.set(pointer, size);
    this.#used += size;
    return pointer;
  }

  /** Gives a part back. */
  free(pointer: number): void {
    const size = this.#sizes.get(pointer);
    if (size === undefined) return;
    this.#sizes.delete(pointer);
    this.#used -= size;
    this.#join(pointer, pointer + size);
  }

  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#buffer, pointer, length);
  }

  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, pointer, length);
  }

  /** True if the numbers lie in this memory. */
  holds({ buffer }: Float32Array): boolean {
    return buffer === this.#buffer || this.#buffers.has(buffer);
  }

  /** The beginning of the first free part of at least `size`. */
  #cut(size: number): number | undefined {
    const index = this.#free.findIndex(({ begin, end }) => end - begin >= size);
    const part = this.#free[index];
    if (!part) return undefined;
    const pointer = part.begin;
    part.begin += size;
    if (part.begin === part.end) this.#free.splice(index, 1);
    return pointer;
  }

  #join(begin: number, end: number): void {
    const found = this.#free.findIndex((part) => part.begin >= end);
    const index = found < 0 ? this.#free.length : found;
    const [before, after] = [this.#free[index - 1], this.#free[index]];
    const joined = {
      begin: before?.end === begin ? before.begin : begin,
      end: after?.begin === end ? after.end : end,
    };
    const from = before?.end === begin ? index - 1 : index;
    const to = after?.begin === end ? index + 1 : index;
    if (joined.end === this.#end) this.#end = joined.begin;
    this.#free.splice(from, to - from, ...(joined.end > this.#end ? [] : [joined]));
  }

  #extend(size: number): number {
    const pointer = this.#end;
    if (pointer + size > MEMORY_LIMIT) {
      throw new EngineError(
        `the simd engine's memory ends at 4 GiB: ${size} bytes more do not fit beside ${pointer}; dispose caches that are done with`,
      );
    }
    const missing = pointer + size - this.#buffer.byteLength;
    if (missing > 0) this.#grow(Math.max(missing, Math.min(LEAST_GROWTH, MEMORY_LIMIT - this.#buffer.byteLength)));
    this.#end += size;
    return pointer;
  }

  #grow(bytes: number): void {
    try {
      this.memory.grow(Math.ceil(bytes / PAGE));
    } catch (cause) {
      throw new EngineError(`this machine does not give the simd engine ${bytes} bytes more`, { cause });
    }
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
  }
}
