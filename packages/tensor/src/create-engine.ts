/** Which engine: the fast one where it runs, the reference where it does not, or whichever is asked for. */
import { createReferenceEngine, type Engine, type KernelSet } from "./engine.ts";
import { EngineError, WorkerError } from "./errors.ts";
import { createSimdEngine } from "./kernels/simd/simd-engine.ts";

export interface EngineOptions {
  /** "auto": simd where it starts, which takes WebAssembly SIMD and shared memory, else reference. */
  readonly kernels?: "auto" | KernelSet | undefined;
  /**
   * Of the simd set; by default the physical cores, or 1 where no worker can be started. A browser has threads where
   * the page is cross-origin isolated and the engine is created in a worker; elsewhere asking for more than 1 is an
   * error.
   */
  readonly threads?: number | undefined;
  /** Told in one sentence why the engine is slower than one would expect on this machine, and what runs instead. */
  readonly onFallback?: ((message: string) => void) | undefined;
}

/**
 * An engine.
 * @throws EngineError if simd, or more threads than one, are asked for where they cannot be had; RangeError for no
 * number of threads
 */
export async function createEngine({ kernels = "auto", threads, onFallback }: EngineOptions = {}): Promise<Engine> {
  switch (kernels) {
    case "reference":
      if (threads === undefined || threads === 1) return createReferenceEngine();
      throw new RangeError(`createEngine: the reference kernels run on one thread, got threads ${threads}`);
    case "simd":
      return simdEngine(threads, onFallback);
    case "auto":
      return fastestEngine(threads, onFallback);
    default:
      throw unknownKernels(kernels);
  }
}

function unknownKernels(kernels: never): RangeError {
  return new RangeError(`createEngine: kernels must be "auto", "reference" or "simd", got ${JSON.stringify(kernels)}`);
}

/** simd, or reference where it does not start; more than one thread means simd. */
function fastestEngine(threads: number | undefined, onFallback: EngineOptions["onFallback"]): Engine {
  try {
    return simdEngine(threads, onFallback);
  } catch (error) {
    const mayFallBack = threads === undefined || threads === 1;
    if (!mayFallBack || !(error instanceof EngineError)) throw error;
    onFallback?.(`${error.message}; the reference kernels run instead, many times slower`);
    return createReferenceEngine();
  }
}

/** With the threads asked for; where none are, with one if there can be no more. */
function simdEngine(threads: number | undefined, onFallback: EngineOptions["onFallback"]): Engine {
  const onAlone = (reason: string) => onFallback?.(`${reason}; the simd kernels run on one thread instead`);
  try {
    return createSimdEngine({ threads, ...(threads === undefined && { onAlone }) });
  } catch (error) {
    if (threads !== undefined || !(error instanceof WorkerError)) throw error;
    const engine = createSimdEngine({ threads: 1 });
    onAlone(error.message);
    return engine;
  }
}
