/**
 * What the simd engine needs from a browser. Threads need shared memory that can be sent to a worker, which only a
 * cross-origin isolated page has, and a thread that may block, which the main thread of a page may not.
 */
import { WORKER, type WorkerData, type WorkerHandle } from "../kernels/simd/threads/worker.ts";

/** No-op: browsers have no flag for relaxed SIMD. */
export function allowRelaxedSimd(): void {}

/** Why threads are not available, and how to enable them; undefined if they are. */
export function whyOneThread(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    const headers = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
    return `the page is not cross-origin isolated; serve it with ${headers}`;
  }
  return mayWait() ? undefined : "the main thread of a page may not wait for others; create the engine in a worker";
}

/** Tests with a wait that returns at once: it waits for a value that differs already. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a worker; call only if `whyOneThread` returns undefined. `onExit` is called if it fails, not when it is
 * terminated.
 */
export function startWorker(data: WorkerData, onExit: (reason: string) => void): WorkerHandle {
  const code = `${WORKER}\nonmessage = ({ data }) => start(data);`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = (event) => {
    event.preventDefault(); // `onExit` is told, and an error of the engine's own thread would end it
    onExit(event.message || "a Content-Security-Policy has to allow worker-src blob:");
  };
  worker.postMessage(data);
  return {
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** At most 4: a page shares its machine with others, and its browser may move threads to slower cores. */
export function defaultThreads(): number {
  return Math.min(4, navigator.hardwareConcurrency);
}

/** Half of the logical processors, as an estimate: browsers do not report physical cores. */
export function physicalCores(): number {
  return Math.max(1, Math.ceil(navigator.hardwareConcurrency / 2));
}

/** A memory. @throws RangeError or TypeError if there is none */
export function reserveMemory(descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
  return new WebAssembly.Memory(descriptor);
}
