/** Which engine: the fast one where it runs, the reference where it does not, or whichever is asked for. */
import { createReferenceEngine, type Engine, type KernelSet } from "./engine.ts";
import { EngineError } from "./errors.ts";
import { createSimdEngine } from "./kernels/simd/simd-engine.ts";

export interface EngineOptions {
  /** "auto": simd where WebAssembly SIMD and shared memory are there, else reference. */
  readonly kernels?: "auto" | KernelSet | undefined;
  /**
   * Of the simd set; the physical cores by default. A browser has threads where the page is cross-origin isolated and the engine
   * is created in a worker; elsewhere the default is 1, and asking for more an error.
   */
  readonly threads?: number | undefined;
}

/**
 * An engine.
 * @throws EngineError if simd, or more threads than one, are asked for where they cannot be had; RangeError for no number of threads
 */
export async function createEngine({ kernels = "auto", threads }: EngineOptions = {}): Promise<Engine> {
  if (kernels === "reference") {
    if (threads !== undefined && threads !== 1) {
      throw new RangeError(`createEngine: the reference kernels run on one thread, got threads ${threads}`);
    }
    return createReferenceEngine();
  }
  try {
    return createSimdEngine({ threads });
  } catch (error) {
    const mayFallBack = kernels === "auto" && (threads === undefined || threads === 1);
    if (mayFallBack && error instanceof EngineError) return createReferenceEngine();
    throw error;
  }
}
