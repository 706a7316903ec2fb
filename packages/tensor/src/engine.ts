/**
 * Engine: a kernel set together with the memory it works in. Operations take one as their last argument; a model is
 * loaded into one. The reference engine needs no set-up.
 */
import { Arena } from "./arena.ts";
import type { Backend } from "./backend.ts";
import { DISPOSED, EngineError } from "./errors.ts";
import { referenceKernels } from "./kernels/reference/reference-kernels.ts";
import { loadPlainWeight, plainWeightBytes } from "./plain-weight.ts";
import { type Shape, Tensor } from "./tensor.ts";
import type { Weight, WeightDtype, WeightRole, WeightSource } from "./weight.ts";

/** A set of kernels: plain loops, or WebAssembly SIMD. */
export type KernelSet = "reference" | "simd";

/** An engine's own memory, in bytes. */
export interface MemoryUse {
  /** Bytes allocated from the operating system. */
  readonly heldBytes: number;
  /** Bytes still available. */
  readonly availableBytes: number;
  /** The maximum size in bytes: 4 GiB, or less if the machine cannot reserve that much. */
  readonly limitBytes: number;
}

/** Kernels, threads and memory: what a model is loaded into and runs on. */
export interface Engine extends Backend {
  readonly kernelSet: KernelSet;
  readonly threads: number;
  /** Whether a multiply-add of the simd kernels rounds once, by relaxed SIMD. Undefined for the reference kernels. */
  readonly relaxed?: boolean | undefined;
  /**
   * Reads a stored tensor into this engine's memory, in the layout of its kernels. A matrix is stored in `dtype`, f32
   * by default.
   * @throws StorageError if `dtype` cannot represent a value; RangeError if such a weight does not support `dtype`
   */
  loadWeight(source: WeightSource, role: WeightRole, dtype?: WeightDtype): Promise<Weight>;
  /** Bytes that such a weight takes in memory, independent of how the file stores it. */
  weightBytes(shape: Shape, role: WeightRole, dtype?: WeightDtype): number;
  /** Exclusive scratch memory until given back; it is then kept for the next pass. */
  takeArena(): Arena;
  /** Gives back what `takeArena` returned. */
  giveArena(arena: Arena): void;
  /** Bytes of scratch, in use or kept. */
  readonly arenaBytes: number;
  /** The engine's own memory; undefined if tensors are on the JavaScript heap, and after `dispose`. */
  readonly memory: MemoryUse | undefined;
  /** Frees what `allocate` or `loadWeight` returned; it and its views must not be used afterwards. */
  free(weight: Weight): void;
  /** Measures the limits of this machine, reading in passes of `readBytes`. Undefined for the reference kernels. */
  readonly limits?: ((readBytes: number) => MachineLimits) | undefined;
  /**
   * Ends the workers and releases the memory, which is collected once no tensor in it is referenced. Any later use of
   * the engine throws an EngineError, and so does a load in progress. Idempotent. An engine that is dropped without
   * `dispose`, with its tensors and models, is collected with its memory.
   */
  dispose(): void;
}

/** Timed passes over memory and through the multiply-add units, on the engine's threads. */
export interface MachineLimits {
  /** Reads that many bytes once, 512 MB at a time, on `threads` threads, each a contiguous part. Bytes per second. */
  readPass(threads: number): number;
  /** Multiply-adds in registers. Floating-point operations per second; a multiply-add counts as two. */
  multiplyAddPass(): number;
  /** Frees the memory that was read. */
  dispose(): void;
}

/** The plain TypeScript engine. Its tensors are on the JavaScript heap and stay readable after `dispose`. */
export function createReferenceEngine(): Engine {
  let idle: Arena[] | undefined = []; // undefined once disposed
  let arenaBytes = 0;
  const working = (): Arena[] => {
    if (!idle) throw new EngineError(DISPOSED);
    return idle;
  };
  const allocate = (size: number) => {
    arenaBytes += 4 * size;
    return new Float32Array(size);
  };
  const release = (memory: Float32Array) => {
    arenaBytes -= memory.byteLength;
  };
  const zeros = (shape: Shape) => {
    working();
    return Tensor.zeros(shape);
  };
  return {
    kernelSet: "reference",
    threads: 1,
    get kernels() {
      working();
      return referenceKernels;
    },
    allocate: zeros,
    allocateMatrix: (rows, columns) => zeros([rows, columns]),
    free: () => {}, // garbage collected
    loadWeight: async (source, role, dtype) => {
      working();
      return loadPlainWeight(source, role, dtype);
    },
    weightBytes: plainWeightBytes,
    takeArena: () => working().pop() ?? new Arena(referenceKernels, allocate, release),
    giveArena: (arena) => {
      arena.release(0);
      idle?.push(arena);
    },
    get arenaBytes() {
      return idle ? arenaBytes : 0;
    },
    memory: undefined,
    dispose: () => {
      idle = undefined;
    },
  };
}

/** A shared reference engine for callers that need no other; disposing it does nothing. */
export const referenceEngine: Engine = createReferenceEngine();
referenceEngine.dispose = () => {};
