/** Which engine: the fast one where it runs, the reference where it does not, or whichever is asked for. */
import { createReferenceEngine, type Engine, type KernelSet } from "./engine.ts";
import { EngineError } from "./errors.ts";
import { createSimdEngine } from "./kernels/simd/simd-engine.ts";

export interface EngineOptions {
  /** "auto": simd where WebAssembly SIMD and shared memory are there, else reference. */
  readonly kernels?: "auto" | KernelSet | undefined;
  /** Of the simd set; the physical cores by default. In a page that is not cross-origin isolated it is 1. */
  readonly threads?: number | undefined;
}

/** An engine. @throws EngineError if simd is asked for and this machine cannot; RangeError for threads that cannot be */
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
    if (kernels === "auto" && error instanceof EngineError) return createReferenceEngine();
    throw error;
  }
}
