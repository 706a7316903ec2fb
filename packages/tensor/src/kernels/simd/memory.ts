/**
 * EngineMemory: the one shared WebAssembly memory of a simd engine, and who has which part of it. What is given back
 * joins the free parts beside it, and the lowest part that is large enough is cut for the next request. Grows as
 * needed, up to the 4 GiB that 32 bits address, or less where the machine does not reserve so much; a page stays
 * untouched, so that no end of a part wraps round to 0. Views stay valid when it grows.
 */
import { freeAddressSpace, moreAddressSpace } from "#host";
import { EngineError, WorkerError } from "../../errors.ts";

const PAGE = 65_536;
// 4 GiB, half of it and so on to 1/8: the first that can be reserved
const MOST_PAGES = [65_536, 32_768, 16_384, 8192, 4096, 2048];
const ALIGNMENT = 64; // a cache line
const WORKER_SPACE = 1 << 30; // bytes of addresses that a worker of Node reserves for itself, rounded up
const OTHERS_SPACE = 256 << 20; // that are left for all else
const NO_SPACE = "the simd engine cannot start a worker: too little address space";
const LEAST_GROWTH = 16 << 20; // each growth is told to all workers

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
  /** The most bytes that it can grow to. */
  readonly limitBytes: number;
  readonly #free: Part[] = []; // in order, no two touching, none at the end
  readonly #sizes = new Map<number, number>();
  readonly #buffers = new WeakSet<object>();
  #buffer: ArrayBufferLike;
  #end = PAGE; // the first page is the pool's
  #used = 0;

  /**
   * @throws EngineError if not even the smallest can be reserved, WorkerError if no address space is left for so many
   * workers
   */
  constructor(workers = 0) {
    const { memory, pages } = reserve(MOST_PAGES, workers);
    this.memory = memory;
    this.limitBytes = pages * PAGE;
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
    return this.limitBytes - 2 * PAGE - this.#used;
  }

  /**
   * Where `bytes` bytes lie that are the caller's until given back; their contents are whatever was there. @throws
   * EngineError
   */
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

/**
 * A memory of the first of these maxima, in pages, beside which there is address space for the workers: one that cannot
 * have its own ends the process. @throws EngineError if there is space for none, WorkerError if there is none left for
 * workers
 */
function reserve(maxima: readonly number[], workers: number): { memory: WebAssembly.Memory; pages: number } {
  const beside = OTHERS_SPACE + workers * WORKER_SPACE;
  let cause = new Error("too little address space");
  for (const pages of maxima) {
    if (pages * PAGE + beside > freeAddressSpace()) continue;
    try {
      const memory = new WebAssembly.Memory({ initial: 16, maximum: pages, shared: true });
      if (workers > 0 && freeAddressSpace() < beside) throw new WorkerError(NO_SPACE);
      return { memory, pages };
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      cause = error as Error;
    }
  }
  throw new EngineError(`cannot reserve memory for the simd engine: ${cause.message}${moreAddressSpace()}`, { cause });
}
