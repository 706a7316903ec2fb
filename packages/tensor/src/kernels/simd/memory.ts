/**
 * EngineMemory: the shared WebAssembly memory of a simd engine, and its allocator: first fit, adjacent free parts are
 * merged. It grows as needed, up to the 4 GiB of a 32-bit address space, or less if the machine cannot reserve that
 * much. The last page is never used, so that no end address wraps to 0. Views stay valid when it grows. Where no shared
 * memory can be reserved, it is one that is not shared, of a fixed size, because growth would detach its views.
 */
import { reserveMemory } from "#host";
import { EngineError, WorkerError } from "../../errors.ts";

const PAGE = 65_536;
// 4 GiB down to 1/8 GiB: the first that can be reserved
const MOST_PAGES = [65_536, 32_768, 16_384, 8192, 4096, 2048];
const ALIGNMENT = 64; // a cache line
const LEAST_GROWTH = 16 << 20; // every worker is notified of each growth

/** Bytes allocated for a request of `bytes`. */
export function allocatedBytes(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}

interface Part {
  begin: number;
  end: number;
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether workers can use it. */
  readonly shared: boolean;
  /** Maximum size in bytes. */
  readonly limitBytes: number;
  readonly #free: Part[] = []; // sorted; no two are adjacent, none is at the end
  readonly #sizes = new Map<number, number>();
  readonly #buffers = new WeakSet<object>();
  #buffer: ArrayBufferLike;
  #end = PAGE; // the first page is the pool's
  #used = 0;

  /**
   * `unsharedBytes` is what it has to hold, if memory that is not shared will do: one thread then works in it.
   * @throws EngineError if none can be reserved; WorkerError if no address space is left for the workers
   */
  constructor(workers = 0, unsharedBytes?: number) {
    const { memory, pages, shared } = reserve(sizesFor(unsharedBytes), workers);
    this.memory = memory;
    this.shared = shared;
    this.limitBytes = pages * PAGE;
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
  }

  /** Bytes in use, without those freed. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Current size in bytes. */
  get heldBytes(): number {
    return this.#buffer.byteLength;
  }

  /** Bytes still available; contiguous only if nothing was freed. */
  get availableBytes(): number {
    return this.limitBytes - 2 * PAGE - this.#used;
  }

  /** Allocates `bytes` bytes and returns their address; contents are undefined. @throws EngineError */
  allocate(bytes: number): number {
    const size = allocatedBytes(bytes);
    const pointer = this.#cut(size) ?? this.#extend(size);
    this.#sizes.set(pointer, size);
    this.#used += size;
    return pointer;
  }

  /** Frees an allocation. */
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

  doubles(pointer: number, length: number): Float64Array {
    return new Float64Array(this.#buffer, pointer, length);
  }

  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, pointer, length);
  }

  /** True if the data is in this memory. */
  holds({ buffer }: Float32Array): boolean {
    return buffer === this.#buffer || this.#buffers.has(buffer);
  }

  /** Allocates from the first free part of at least `size`. */
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
    const limit = this.limitBytes - PAGE;
    if (pointer + size > limit) {
      const full = `the simd engine's memory ends at ${this.limitBytes / 2 ** 30} GiB`;
      throw new EngineError(`${full}: ${size} more bytes do not fit after ${pointer}; dispose unused caches`);
    }
    const missing = pointer + size - this.#buffer.byteLength;
    if (missing > 0) this.#grow(Math.max(missing, Math.min(LEAST_GROWTH, limit - this.#buffer.byteLength)));
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

/** A size to try. */
interface Size {
  readonly pages: number;
  readonly shared: boolean;
}

/**
 * In the order in which they are tried: shared with a smaller and smaller maximum, as long as it holds what is needed;
 * that much unshared; and what is smaller, in which another dtype may fit.
 */
function sizesFor(unsharedBytes: number | undefined): Size[] {
  const sizes = MOST_PAGES.map((pages) => ({ pages, shared: true }));
  if (unsharedBytes === undefined) return sizes;
  const unshared = { pages: Math.ceil(unsharedBytes / PAGE), shared: false };
  return [...sizes, unshared].sort((a, b) => b.pages - a.pages); // stable: of equal sizes, the shared one first
}

/**
 * A memory of the first of these sizes that can be reserved. @throws EngineError if none can; WorkerError if no address
 * space is left for the workers
 */
function reserve(sizes: readonly Size[], workers: number): Size & { readonly memory: WebAssembly.Memory } {
  let cause: unknown;
  for (const { pages, shared } of sizes) {
    try {
      const memory = reserveMemory({ initial: shared ? 16 : pages, maximum: pages, shared }, workers);
      return { memory, pages, shared };
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      cause = error;
    }
  }
  throw new EngineError(`cannot reserve memory for the simd engine: ${(cause as Error).message}`, { cause });
}
