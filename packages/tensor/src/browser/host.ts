/** What the simd engine needs of a browser. Workers need shared memory to be sent, which needs a cross-origin isolated page. */
import { WORKER, type WorkerData, type WorkerHandle } from "../threads/worker.ts";

/** A browser has relaxed SIMD or not; there is no flag to set. */
export function allowRelaxedSimd(): void {}

/** Starts a worker; undefined where the page is not cross-origin isolated. */
export function startWorker(data: WorkerData, onExit: (reason: string) => void): WorkerHandle | undefined {
  if (!globalThis.crossOriginIsolated) return undefined;
  const code = `${WORKER}\nonmessage = ({ data }) => start(data);`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = ({ message }) => onExit(message);
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
