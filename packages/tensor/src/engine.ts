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

export type KernelSet = "reference" | "simd";

export interface MemoryUse {
  /** Bytes taken from the machine. */
  readonly heldBytes: number;
  /** Bytes that can still be asked for. */
  readonly roomBytes: number;
  /** Bytes at which it ends: 4 GiB, or less where the machine does not reserve so much. */
  readonly limitBytes: number;
}

export interface Engine extends Backend {
  readonly kernelSet: KernelSet;
  readonly threads: number;
  /**
   * Reads a stored tensor into this engine's memory, in the layout its kernels want; a matrix is kept in `dtype`, f32
   * by default.
   * @throws StorageError if a number in it cannot be kept so; RangeError for a dtype that such a weight has not
   */
  loadWeight(source: WeightSource, role: WeightRole, dtype?: WeightDtype): Promise<Weight>;
  /** Bytes that such a weight will take, whatever it is stored in. */
  weightBytes(shape: Shape, role: WeightRole, dtype?: WeightDtype): number;
  /** Scratch memory that no other pass has until it is given back; it is then kept for the next pass. */
  takeArena(): Arena;
  giveArena(arena: Arena): void;
  /** Bytes of scratch, in use or kept. */
  readonly arenaBytes: number;
  /** The engine's own memory; undefined where tensors lie on the JavaScript heap, and once it is disposed. */
  readonly memory: MemoryUse | undefined;
  /** Gives back what `allocate` or `loadWeight` gave; it and its views are unusable afterwards. */
  free(weight: Weight): void;
  /**
   * Measures what this machine can do at most, reading in passes of `readBytes`; undefined for the reference kernels,
   * which are not made for speed.
   */
  readonly limits?: ((readBytes: number) => MachineLimits) | undefined;
  /**
   * Ends the workers and lets the memory go: it is collected once the tensors that lie in it, a model's weights among
   * them, are let go of too. Whatever is asked of the engine afterwards is an EngineError, and so is a load that was
   * under way. Idempotent. An engine that is let go of without it, with its tensors and models, gives its memory back
   * when it is collected.
   */
  dispose(): void;
}

/** Passes over memory and through the multiply-add units, on the engine's threads; each is timed as a whole. */
export interface MachineLimits {
  /**
   * Reads the bytes asked for once, 512 MB at a time, on so many of the engine's threads, each its part in order. Bytes
   * per second.
   */
  readPass(threads: number): number;
  /** Multiply-adds on registers alone. Floating-point operations per second, two a multiply-add. */
  multiplyAddPass(): number;
  /** Gives back the memory that was read. */
  dispose(): void;
}

/** The plain TypeScript engine. Its tensors lie on the JavaScript heap and stay readable after `dispose`. */
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
    free: () => {}, // the garbage collector sees to it
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

/** A reference engine to name where no other is needed. It is shared, so disposing it does nothing. */
export const referenceEngine: Engine = createReferenceEngine();
referenceEngine.dispose = () => {};
