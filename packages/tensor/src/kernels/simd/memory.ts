/**
 * EngineMemory: the one shared WebAssembly memory of a simd engine, and who has which part of it. A part that is given back is
 * handed out again for the next request of the same size (caches, slots and operands come in few sizes); it is never split.
 * Grows as needed, up to the 4 GiB that 32 bits address. Views stay valid when it grows, because it is shared.
 */
import { EngineError } from "../../errors.ts";

const PAGE = 65_536;
const LIMIT = 65_536 * PAGE; // 4 GiB
const ALIGNMENT = 64; // a cache line

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();
  readonly #buffers = new WeakSet<object>();
  #buffer: ArrayBufferLike;
  #end = PAGE; // the first page is the pool's

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: LIMIT / PAGE, shared: true });
    this.#buffer = this.memory.buffer;
    this.#buffers.add(this.#buffer);
  }

  /** Bytes in use, not counting what has been given back. */
  get usedBytes(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Bytes that can still be asked for in one piece. */
  get roomBytes(): number {
    return LIMIT - this.#end;
  }

  /** Where `bytes` bytes lie that are the caller's until given back; their contents are whatever was there. @throws EngineError */
  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const pointer = this.#free.get(size)?.pop() ?? this.#extend(size);
    this.#sizes.set(pointer, size);
    return pointer;
  }

  /** Gives a part back. */
  free(pointer: number): void {
    const size = this.#sizes.get(pointer);
    if (size === undefined) return;
    this.#sizes.delete(pointer);
    const list = this.#free.get(size);
    if (list) list.push(pointer);
    else this.#free.set(size, [pointer]);
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

  #extend(size: number): number {
    const pointer = this.#end;
    if (pointer + size > LIMIT) {
      throw new EngineError(
        `the simd engine's memory ends at 4 GiB: ${size} bytes more do not fit beside ${pointer}; dispose caches that are done with`,
      );
    }
    const missing = pointer + size - this.#buffer.byteLength;
    if (missing > 0) {
      this.memory.grow(
        Math.min(Math.ceil(Math.max(missing, 1 << 24) / PAGE), (LIMIT - this.#buffer.byteLength) / PAGE),
      );
      this.#buffer = this.memory.buffer;
      this.#buffers.add(this.#buffer);
    }
    this.#end += size;
    return pointer;
  }
}
