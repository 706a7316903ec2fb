/**
 * Arena: scratch tensors that are reused on every pass. The i-th tensor requested since the last reset or release takes
 * slot i. A slot keeps its memory, and its Tensor object while the shape stays the same, so that a decode step
 * allocates nothing once warm. One that is too small is freed with all that come after it, none of which is in use:
 * side by side, their memory has room for the larger ones. Contents are not cleared: the caller writes all of it.
 */
import type { Backend } from "./backend.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { type Shape, sameShape, sizeOf, Tensor } from "./tensor.ts";

interface Slot {
  memory: Float32Array;
  tensor: Tensor;
}

/** Scratch memory of a pass: taken piece by piece, released all at once. */
export class Arena implements Backend {
  readonly kernels: Kernels;
  readonly #allocateMemory: (size: number) => Float32Array;
  readonly #freeMemory: (memory: Float32Array) => void;
  readonly #slots: Slot[] = [];
  #used = 0;

  constructor(
    kernels: Kernels,
    allocateMemory: (size: number) => Float32Array,
    freeMemory: (memory: Float32Array) => void = () => {},
  ) {
    this.kernels = kernels;
    this.#freeMemory = freeMemory;
    this.#allocateMemory = allocateMemory;
  }

  /** Scratch of that shape, valid until the arena is released to before it. */
  allocate(shape: Shape): Tensor {
    const index = this.#used++;
    const slot = this.#slots[index];
    if (slot && sameShape(slot.tensor.shape, shape)) return slot.tensor;
    const size = sizeOf(shape);
    const isLarge = slot && slot.memory.length >= size;
    if (slot && !isLarge) for (const { memory } of this.#slots.splice(index)) this.#freeMemory(memory);
    const memory = isLarge ? slot.memory : this.#allocateMemory(size);
    const tensor = new Tensor(memory.subarray(0, size), shape);
    this.#slots[index] = { memory, tensor };
    return tensor;
  }

  allocateMatrix(rows: number, columns: number): Tensor {
    const kept = this.#slots[this.#used]?.tensor;
    const { length, 0: m, 1: n } = kept?.shape ?? [];
    if (!kept || length !== 2 || m !== rows || n !== columns) return this.allocate([rows, columns]);
    this.#used++;
    return kept;
  }

  /** The amount in use: pass it to `release` to free everything allocated since. */
  mark(): number {
    return this.#used;
  }

  /** Releases what was taken since the mark. */
  release(mark: number): void {
    this.#used = mark;
  }

  /** Bytes held, in use or not. */
  get bytes(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.memory.byteLength, 0);
  }
}
