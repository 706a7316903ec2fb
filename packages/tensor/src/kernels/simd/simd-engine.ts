/**
 * The simd engine: WebAssembly SIMD kernels over one shared memory, and worker threads. Weights are read through a
 * small staging buffer, then widened and packed as they arrive; only one copy is in memory.
 */
import { compileKernels, type KernelModule } from "./module.ts";

// The kernels come first in a bundle: docs/decisions/0016-bundle-size.md.

import { type Checks, checkOptions, type Kind } from "@tsgpt/numeric";
import { Arena } from "../../arena.ts";
import type { Engine, MemoryUse } from "../../engine.ts";
import { DISPOSED, EngineError } from "../../errors.ts";
import { type Shape, sizeOf, Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";
import type { Kernels } from "../kernels.ts";
import { machineLimits } from "./limits.ts";
import { loadWeight, type Place, weightBytes } from "./load-weight.ts";
import { EngineMemory } from "./memory.ts";
import { isPacked } from "./packed-weight.ts";
import { simdKernels } from "./simd-kernels.ts";
import { createStaging } from "./staging.ts";
import { Pool } from "./threads/pool.ts";
import { chooseThreadCount } from "./threads/thread-count.ts";

/** The threads and the memory of the simd engine. */
export interface SimdOptions {
  /**
   * 1 starts no worker. Default: the physical cores in Node, min(4, navigator.hardwareConcurrency) in a browser, or 1
   * where it allows no threads.
   */
  readonly threads?: number | undefined;
  /** False compiles without relaxed multiply-add, as on JavaScript engines without it. */
  readonly relaxed?: boolean | undefined;
  /** As in createEngine. */
  readonly neededBytes?: number | undefined;
  /**
   * Called with the reason if there is no shared memory, or a worker ends before it starts working; the engine then
   * continues on one thread. Without it, the engine throws, or becomes unusable.
   */
  readonly onAlone?: ((reason: string) => void) | undefined;
}

/** Size of a memory that is not shared, if nothing is known of what it has to hold. */
const UNSHARED_BYTES = 128 << 20;

/** The check of neededBytes. */
export const BYTE_COUNT: Kind<number> = {
  rule: "above 0",
  holds: (value) => typeof value === "number" && value > 0,
};

const CHECKS: Checks<SimdOptions> = {
  threads: "number",
  relaxed: "boolean",
  neededBytes: BYTE_COUNT,
  onAlone: "function",
};

/** Everything that references the memory; a disposed engine drops it. */
interface Parts extends Place {
  readonly kernels: Kernels;
  readonly relaxed: boolean;
  readonly idle: Arena[];
}

/**
 * @throws EngineError if WebAssembly SIMD, shared memory, or the requested threads are not available; RangeError for
 * an invalid option, or unless threads is 1 to 64
 */
export function createSimdEngine(options: SimdOptions = {}): Engine {
  checkOptions("createSimdEngine", options, CHECKS);
  let parts: Parts | undefined = createParts(options);
  let threadCount = parts.pool.threads; // the last, once it is disposed
  let arenaBytes = 0;
  const working = (): Parts => {
    if (!parts) throw new EngineError(DISPOSED);
    parts.pool.check();
    return parts;
  };
  const allocate = (shape: Shape) => new Tensor(floats(working().memory, sizeOf(shape)).fill(0), shape);
  return {
    kernelSet: "simd",
    relaxed: parts.relaxed,
    get threads() {
      return parts ? parts.pool.threads : threadCount;
    },
    get kernels() {
      return working().kernels;
    },
    allocate,
    allocateMatrix: (rows, columns) => allocate([rows, columns]),
    free: (weight) => {
      if (parts) free(parts.memory, weight);
    },
    loadWeight: async (source, role, dtype = "f32") => loadWeight(source, role, dtype, working()),
    weightBytes,
    takeArena: () => {
      const { memory, kernels, idle } = working();
      const allocate = (size: number) => {
        const data = floats(memory, size);
        arenaBytes += data.byteLength;
        return data;
      };
      const release = (data: Float32Array) => {
        memory.free(data.byteOffset);
        arenaBytes -= data.byteLength;
      };
      return idle.pop() ?? new Arena(kernels, allocate, release);
    },
    giveArena: (arena) => {
      arena.release(0);
      parts?.idle.push(arena);
    },
    get arenaBytes() {
      return parts ? arenaBytes : 0;
    },
    get memory() {
      return parts && memoryUse(parts.memory);
    },
    limits: (readBytes) => {
      const { memory, pool } = working();
      return machineLimits(memory, pool, readBytes);
    },
    dispose: () => {
      if (!parts) return;
      dropped.unregister(parts.pool);
      threadCount = parts.pool.threads;
      parts.pool.dispose();
      parts = undefined;
    },
  };
}

/**
 * Ends the workers of an engine that was garbage collected; they would keep its memory alive until the process ends.
 */
const dropped = new FinalizationRegistry<Pool>((pool) => pool.dispose());

function createParts({ threads: asked, relaxed = true, neededBytes = UNSHARED_BYTES, onAlone }: SimdOptions): Parts {
  const threads = chooseThreadCount(asked);
  const compiled = compile(relaxed, true);
  const memory = new EngineMemory(threads - 1, threads === 1 || onAlone ? neededBytes : undefined);
  const pool = memory.shared
    ? new Pool(compiled, memory, threads, { onAlone })
    : new Pool(compile(relaxed, false), memory, 1);
  if (pool.threads < threads) onAlone?.("there is no shared memory");
  const kernels = simdKernels(memory, pool);
  dropped.register(kernels, pool, pool); // the engine and its arenas reference these
  return { memory, pool, kernels, relaxed: compiled.relaxed, staging: createStaging(memory), idle: [] };
}

/** @throws EngineError */
function compile(relaxed: boolean, shared: boolean): KernelModule {
  let compiled: KernelModule | undefined;
  try {
    compiled = compileKernels({ relaxed, shared });
  } catch (cause) {
    throw new EngineError(`the simd kernels do not compile here: ${(cause as Error).message}`, { cause });
  }
  if (compiled) return compiled;
  throw new EngineError("this JavaScript engine has no WebAssembly SIMD with shared memory");
}

function memoryUse({ heldBytes, availableBytes, limitBytes }: EngineMemory): MemoryUse {
  return { heldBytes, availableBytes, limitBytes };
}

function floats(memory: EngineMemory, size: number): Float32Array {
  return memory.floats(memory.allocate(4 * size), size);
}

function free(memory: EngineMemory, weight: Weight): void {
  if (isPacked(weight)) memory.free(weight.pointer);
  else if (weight instanceof Tensor && memory.holds(weight.data)) memory.free(weight.data.byteOffset);
}
