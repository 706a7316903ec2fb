/**
 * What the simd engine needs of a browser. Threads need two things of it: shared memory that can be sent to a worker,
 * which only a cross-origin isolated page has, and a thread that may wait, which the main thread of a page may not.
 */
import { WORKER, type WorkerData, type WorkerHandle } from "../kernels/simd/threads/worker.ts";

/** A browser has relaxed SIMD or not; there is no flag to set. */
export function allowRelaxedSimd(): void {}

/** Why there can be no threads here, and what to do about it; undefined where there can. */
export function whyOneThread(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    const headers = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
    return `the page is not cross-origin isolated; serve it with ${headers}`;
  }
  return mayWait() ? undefined : "the main thread of a page may not wait for others; create the engine in a worker";
}

/** Asks by waiting for a 1 to change where a 0 is, which is over at once. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a worker where `whyOneThread` has nothing against it. `onExit` is called if it fails; one that is ended says
 * nothing.
 */
export function startWorker(data: WorkerData, onExit: (reason: string) => void): WorkerHandle {
  const code = `${WORKER}\nonmessage = ({ data }) => start(data);`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = ({ message }) => onExit(message || "a Content-Security-Policy has to allow worker-src blob:");
  worker.postMessage(data);
  return {
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Half of the logical processors, as a guess: a page is not told how many cores there are. */
export function physicalCores(): number {
  return Math.max(1, Math.ceil(navigator.hardwareConcurrency / 2));
}

/** What to try where no memory could be reserved, to end a message: there is nothing. */
export function moreAddressSpace(): string {
  return "";
}

/** A browser does not tell. */
export function freeAddressSpace(): number {
  return Number.POSITIVE_INFINITY;
}
