/**
 * Operands: kernels read and write the engine's memory alone. A tensor that lies elsewhere (one that a hook returned,
 * say) is copied in for the duration of one call, and copied out if it is the result. In a forward pass nothing is: the
 * lists stay empty.
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

  /** Where the tensor's numbers can be read until `done`; 0 for none. */
  read(tensor: Tensor | undefined): number {
    if (!tensor) return 0;
    if (this.#memory.holds(tensor.data)) return tensor.data.byteOffset;
    const pointer = this.borrow(tensor.data.byteLength);
    this.#memory.floats(pointer, tensor.data.length).set(tensor.data);
    return pointer;
  }

  /** Where the tensor's numbers can be written until `done`, which puts them into the tensor; 0 for none. */
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

  /** Copies results out and gives everything back. */
  done(): void {
    for (const { pointer, tensor } of this.#results) tensor.data.set(this.#memory.floats(pointer, tensor.data.length));
    for (const pointer of this.#borrowed) this.#memory.free(pointer);
    this.#results.length = 0;
    this.#borrowed.length = 0;
  }
}
