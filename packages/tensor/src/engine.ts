/**
 * Engine: a kernel set together with the memory it works in. Operations take one as their last argument; a model is
 * loaded into one. The reference engine needs no set-up and is every operation's default.
 */
import { Arena } from "./arena.ts";
import type { Backend } from "./backend.ts";
import { BYTES_PER_ELEMENT, widen } from "./dtype.ts";
import { referenceKernels } from "./kernels/reference.ts";
import { Tensor } from "./tensor.ts";
import type { Weight, WeightRole, WeightSource } from "./weight.ts";

export type KernelSet = "reference" | "simd";

export interface Engine extends Backend {
  readonly kernelSet: KernelSet;
  readonly threads: number;
  /** Reads a stored tensor into this engine's memory, in the layout its kernels want. */
  loadWeight(source: WeightSource, role: WeightRole): Promise<Weight>;
  /** Scratch memory that no other pass has until it is given back; it is then kept for the next pass. */
  takeArena(): Arena;
  giveArena(arena: Arena): void;
  /** Bytes of scratch held between passes. */
  readonly arenaBytes: number;
  /** Gives back what `allocate` gave; the tensor and its views are unusable afterwards. */
  free(tensor: Tensor): void;
  /** Measures what this machine can do at most; undefined for the reference kernels, which are not made for speed. */
  readonly limits?: (() => MachineLimits) | undefined;
  /** Gives the memory back; the engine and all its tensors are unusable afterwards. Twice is once. */
  dispose(): void;
}

/** Passes over memory and through the multiply-add units, on the engine's threads; each is timed as a whole. */
export interface MachineLimits {
  /** Reads 512 MB once, in order. Bytes per second. */
  readPass(): number;
  /** Multiply-adds on registers alone. Floating-point operations per second, two a multiply-add. */
  multiplyAddPass(): number;
  /** Gives back the memory that was read. */
  dispose(): void;
}

const STAGING_BYTES = 4 << 20;

/** The plain TypeScript engine. */
export function createReferenceEngine(): Engine {
  const idle: Arena[] = [];
  return {
    kernelSet: "reference",
    threads: 1,
    kernels: referenceKernels,
    allocate: (shape) => Tensor.zeros(shape),
    free: () => {}, // the garbage collector sees to it
    loadWeight: readWidened,
    takeArena: () => idle.pop() ?? new Arena(referenceKernels, (size) => new Float32Array(size)),
    giveArena: (arena) => {
      arena.release(0);
      idle.push(arena);
    },
    get arenaBytes() {
      return idle.reduce((sum, arena) => sum + arena.bytes, 0);
    },
    dispose: () => {
      idle.length = 0;
    },
  };
}

/** The engine that an operation uses when it is given none. */
export const referenceEngine: Engine = createReferenceEngine();

async function readWidened(source: WeightSource): Promise<Tensor> {
  const tensor = Tensor.zeros(source.shape);
  const size = BYTES_PER_ELEMENT[source.dtype];
  const staging = new Uint8Array(Math.min(STAGING_BYTES, tensor.size * size));
  const perRead = STAGING_BYTES / size;
  for (let done = 0; done < tensor.size; done += perRead) {
    const part = tensor.data.subarray(done, Math.min(done + perRead, tensor.size));
    const bytes = staging.subarray(0, part.length * size);
    await source.read(done * size, bytes);
    widen(bytes, source.dtype, part);
  }
  return tensor;
}
