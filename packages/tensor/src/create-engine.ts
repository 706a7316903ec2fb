/** Chooses the engine: simd where it starts, otherwise reference, or the one asked for. */
import { type Checks, checkOptions, oneOf } from "@tsgpt/numeric";
import { whyOneThread } from "#host";
import { createReferenceEngine, type Engine, type KernelSet } from "./engine.ts";
import { EngineError, WorkerError } from "./errors.ts";
import { BYTE_COUNT, createSimdEngine } from "./kernels/simd/simd-engine.ts";

/** Which kernels run, on how many threads. */
export interface EngineOptions {
  /** "auto": simd if it starts (it needs WebAssembly SIMD and shared memory), otherwise reference. */
  readonly kernels?: "auto" | KernelSet | undefined;
  /**
   * Threads of the simd set. Default: the physical cores in Node, min(4, navigator.hardwareConcurrency) in a browser,
   * or 1 where no worker can be started. In a browser, threads need a cross-origin isolated page and an engine created
   * in a worker; elsewhere more than 1 is an error.
   */
  readonly threads?: number | undefined;
  /**
   * Bytes that the engine has to hold, such as the total of `memoryNeed` for a model. Its memory grows as needed,
   * except where none can be shared, as in some browsers: it then has this size from the start. Default: 128 MiB.
   */
  readonly neededBytes?: number | undefined;
  /**
   * Called with one sentence that says why the engine is slower than expected on this machine and what runs instead.
   */
  readonly onFallback?: ((message: string) => void) | undefined;
}

const CHECKS: Checks<EngineOptions> = {
  kernels: oneOf("auto", "reference", "simd"),
  threads: "number",
  neededBytes: BYTE_COUNT,
  onFallback: "function",
};

/**
 * Creates an engine.
 * @throws EngineError if simd, or more than one thread, is requested but not available; RangeError for an invalid
 * option, or unless threads is 1 to 64
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  checkOptions("createEngine", options, CHECKS);
  const { kernels = "auto", threads } = options;
  switch (kernels) {
    case "reference":
      if (threads === undefined || threads === 1) return createReferenceEngine();
      throw new RangeError(`createEngine: the reference kernels run on one thread, got threads ${threads}`);
    case "simd":
      return simdEngine(options);
    case "auto":
      return fastestEngine(options);
  }
}

/** simd, or reference if simd does not start. More than one thread requires simd. */
function fastestEngine(options: EngineOptions): Engine {
  try {
    return simdEngine(options);
  } catch (error) {
    const mayFallBack = (options.threads ?? 1) === 1;
    if (!mayFallBack || !(error instanceof EngineError)) throw error;
    options.onFallback?.(`${error.message}; the reference kernels run instead, many times slower`);
    return createReferenceEngine();
  }
}

/** With the requested threads. If none are requested and no worker can be started, with one thread. */
function simdEngine(options: EngineOptions): Engine {
  const engine = threadedEngine(options);
  if (!engine.relaxed)
    options.onFallback?.("this JavaScript engine has no relaxed SIMD; the simd kernels run without it, slower");
  return engine;
}

function threadedEngine({ threads, neededBytes, onFallback }: EngineOptions): Engine {
  const onAlone = (reason: string) => onFallback?.(`${reason}; the simd kernels run on one thread instead`);
  try {
    const engine = createSimdEngine({ threads, neededBytes, ...(threads === undefined && { onAlone }) });
    const reason = threads === undefined ? whyOneThread() : undefined;
    if (reason !== undefined) onAlone(reason);
    return engine;
  } catch (error) {
    if (threads !== undefined || !(error instanceof WorkerError)) throw error;
    const engine = createSimdEngine({ threads: 1, neededBytes });
    onAlone(error.message);
    return engine;
  }
}
