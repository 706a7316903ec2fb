/**
 * Operands: kernels access only the engine's memory. A tensor elsewhere (returned by a hook, for example) is copied in
 * for one call, and copied out if it is the result. A forward pass copies nothing: the lists stay empty.
 */
import type { Tensor } from "../../tensor.ts";
import type { EngineMemory } from "./memory.ts";

export class Operands {
  readonly #memory: EngineMemory;
  readonly #borrowed: number[] = [];
  readonly #results: { pointer: number; tensor: Tensor }[] = [];

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** Address to read the tensor from until `done`; 0 if there is none. */
  read(tensor: Tensor | undefined): number {
    if (!tensor) return 0;
    if (this.#memory.holds(tensor.data)) return tensor.data.byteOffset;
    const pointer = this.borrow(tensor.data.byteLength);
    this.#memory.floats(pointer, tensor.data.length).set(tensor.data);
    return pointer;
  }

  /** Address to write the tensor to until `done`, which copies the result out; 0 if there is none. */
  write(tensor: Tensor | undefined): number {
    if (!tensor) return 0;
    if (this.#memory.holds(tensor.data)) return tensor.data.byteOffset;
    const pointer = this.read(tensor);
    this.#results.push({ pointer, tensor });
    return pointer;
  }

  /** Scratch until `done`. */
  borrow(bytes: number): number {
    const pointer = this.#memory.allocate(bytes);
    this.#borrowed.push(pointer);
    return pointer;
  }

  /** Copies results out and frees everything. */
  done(): void {
    for (const { pointer, tensor } of this.#results) tensor.data.set(this.#memory.floats(pointer, tensor.data.length));
    for (const pointer of this.#borrowed) this.#memory.free(pointer);
    this.#results.length = 0;
    this.#borrowed.length = 0;
  }
}
