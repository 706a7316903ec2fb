/** What the kernels of one engine share: memory, threads, and how a job is split into units. */
import type { EngineMemory } from "./memory.ts";
import { Operands } from "./operands.ts";
import type { Pool } from "./threads/pool.ts";

export interface KernelContext {
  readonly memory: EngineMemory;
  readonly pool: Pool;
  readonly operands: Operands;
  /** Address of `bytes` bytes of scratch; overwrites the previous contents. */
  readonly scratch: (bytes: number) => number;
  /** Space for integers, such as ids; overwrites the previous contents. */
  readonly integers: (count: number) => Int32Array;
}

const UNITS_PER_THREAD = 8; // so that other threads take over the share of one that was preempted
const WORTH_SHARING = 16_384; // elements; below this, waking the workers costs more than it saves

/** The context of an engine's kernels. */
export function kernelContext(memory: EngineMemory, pool: Pool): KernelContext {
  let place = { pointer: 0, bytes: 0 };
  let integersPlace = new Int32Array(0);
  const scratch = (bytes: number) => {
    if (place.bytes < bytes) {
      memory.free(place.pointer);
      place = { pointer: memory.allocate(bytes), bytes };
    }
    return place.pointer;
  };
  const integers = (count: number) => {
    if (integersPlace.length < count) {
      memory.free(integersPlace.byteOffset);
      integersPlace = new Int32Array(memory.memory.buffer, memory.allocate(4 * count), count);
    }
    return integersPlace;
  };
  return { memory, pool, operands: new Operands(memory), scratch, integers };
}

/** Outputs per unit, if computing `outputs` outputs costs `work` elements; little work is one unit. */
export function perUnit({ threads }: Pool, outputs: number, work: number, unitsPerThread = UNITS_PER_THREAD): number {
  return work < WORTH_SHARING ? outputs : Math.max(1, Math.ceil(outputs / (threads * unitsPerThread)));
}
