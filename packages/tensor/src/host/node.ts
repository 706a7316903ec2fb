/** What the simd engine needs from Node: workers, the number of cores, and the flag for relaxed SIMD. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { WorkerError } from "../errors.ts";
import { WORKER, type WorkerData, type WorkerHandle } from "../kernels/simd/threads/worker.ts";

const WORKER_SPACE = 1 << 30; // address space that a worker reserves for itself, rounded up
const OTHERS_SPACE = 256 << 20; // address space left for everything else
const PAGE = 65_536;
/** V8 reserves 10 GB of guard pages per memory by default. */
const ADVICE = "; where address space is limited (ulimit -v), node --disable-wasm-trap-handler needs less of it";

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
 * A memory that leaves address space for the workers: a worker that cannot reserve its own ends the process. `free` is
 * for tests.
 * @throws Error with what would help if there is none; WorkerError if it leaves none
 */
export function reserveMemory(
  descriptor: WebAssembly.MemoryDescriptor,
  workers: number,
  free: () => number = freeAddressSpace,
): WebAssembly.Memory {
  const others = OTHERS_SPACE + workers * WORKER_SPACE;
  if ((descriptor.maximum ?? 0) * PAGE + others > free()) throw new Error(`too little address space${ADVICE}`);
  const memory = newMemory(descriptor);
  if (workers === 0 || free() >= others) return memory;
  throw new WorkerError("the simd engine cannot start a worker: too little address space");
}

function newMemory(descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory(descriptor);
  } catch (cause) {
    throw new Error((cause as Error).message + ADVICE, { cause });
  }
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
