/**
 * A worker of the simd engine: instantiates the module over the shared memory and takes units of work until stopped.
 */
import { DONE, FAULT, MORE_ADDRESS, PARKED, STARTED, STOP, WAKE } from "../constants.ts";

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** From 1; the main thread is 0. */
  readonly thread: number;
}

export interface WorkerHandle {
  terminate(): void;
}

/** Indices of the barrier's numbers in an Int32Array over the memory; from `started` on one for each thread. */
export const BARRIER = {
  done: DONE / 4,
  wake: WAKE / 4,
  parked: PARKED / 4,
  stop: STOP / 4,
  fault: FAULT / 4,
  started: STARTED / 4,
} as const;

/**
 * The worker's code as text: it needs no file of its own, so it works from sources, from a package and in a bundle.
 *
 * `grow(0)` reads the memory's size again. V8 tells every thread when shared memory grows, but a thread that receives
 * the memory at that moment keeps the old size, and memory.copy and memory.fill beyond it trap: one start in 700 while
 * the memory grew (Node 20.20), which looked like a worker that does not answer.
 */
export const WORKER = `function start({ module, memory, thread }) {
  let run;
  const more = (...unit) => {
    const [at, size] = new Int32Array(memory.buffer, ${MORE_ADDRESS}, 2);
    run ??= new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(memory.buffer, at, size).slice()), {
      env: { memory },
    }).exports.runJob;
    run(...unit);
  };
  const { work } = new WebAssembly.Instance(module, { env: { memory, more } }).exports;
  memory.grow(0);
  const ints = new Int32Array(memory.buffer, 0, 256);
  Atomics.store(ints, ${BARRIER.started} + thread, 1);
  while (Atomics.load(ints, ${BARRIER.stop}) === 0) {
    const wake = work(thread);
    Atomics.add(ints, ${BARRIER.parked}, 1);
    Atomics.wait(ints, ${BARRIER.wake}, wake, 1000);
    Atomics.sub(ints, ${BARRIER.parked}, 1);
  }
}`;
