/** What the simd engine needs from Node: workers, the number of cores, and the flag for relaxed SIMD. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { WORKER, type WorkerData, type WorkerHandle } from "../kernels/simd/threads/worker.ts";

const WORKER_SPACE = 1 << 30; // address space that a worker reserves for itself, rounded up
const OTHERS_SPACE = 256 << 20; // address space left for everything else

/** Node 20 has relaxed SIMD behind a flag; later versions print an error for the flag, so check the version first. */
export function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/** Threads are always available in Node. */
export function whyOneThread(): undefined {}

/** Starts a worker that does not keep the process alive. `onExit` is called if it ends by itself. */
export function startWorker(data: WorkerData, onExit: (reason: string) => void): WorkerHandle {
  // Node's own workers need it
  if (typeof SharedArrayBuffer === "undefined") throw new Error("there is no SharedArrayBuffer");
  if (typeof Atomics === "undefined") throw new Error("there is no Atomics");
  const worker = new Worker(`${WORKER}\nstart(require("node:worker_threads").workerData);`, {
    eval: true,
    execArgv: [], // with --input-type=module its code would be parsed as a module
    workerData: data,
  });
  worker.unref();
  worker.on("error", (error) => onExit(error.message));
  worker.on("exit", (code) => onExit(`exit code ${code}`));
  return { terminate: () => void worker.terminate() };
}

/** A thread for each physical core. */
export function defaultThreads(): number {
  return physicalCores();
}

/** Physical cores available to this process; two hardware threads of a core share its multiply-add units. */
export function physicalCores(): number {
  const available = availableParallelism();
  try {
    const siblings = Array.from({ length: available }, (_, cpu) =>
      readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, "utf8"),
    );
    return new Set(siblings).size;
  } catch {
    return available; // not Linux; macOS on ARM has one thread per core
  }
}

/**
 * Advice appended to the message when no memory can be reserved: V8 reserves 10 GB of guard pages per memory by
 * default.
 */
export function moreAddressSpace(): string {
  return "; where address space is limited (ulimit -v), node --disable-wasm-trap-handler needs less of it";
}

/** Why these workers, and `bytes` of memory, cannot be reserved; undefined if they can. `free` is for tests. */
export function whyNoSpace(workers: number, bytes = 0, free = freeAddressSpace()): string | undefined {
  if (bytes + OTHERS_SPACE + workers * WORKER_SPACE <= free) return undefined;
  return "the simd engine cannot start a worker: too little address space";
}

/** Bytes of address space that this process can still reserve under `ulimit -v`, on Linux. */
function freeAddressSpace(): number {
  try {
    const most = /^Max address space +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    if (most === undefined) return Number.POSITIVE_INFINITY; // unlimited
    const kilobytes = /^VmSize:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return Number(most) - 1024 * Number(kilobytes ?? 0);
  } catch {
    return Number.POSITIVE_INFINITY; // not Linux
  }
}
