/** A worker of the simd engine: it instantiates the module over the shared memory and takes units of work until it is stopped. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** From 1; the main thread is 0. */
  readonly thread: number;
}

export interface WorkerHandle {
  terminate(): void;
}

/** The worker's code, as text: it needs no file of its own, so it runs from sources, from a package and in a bundle. */
export const WORKER = `function start({ module, memory, thread }) {
  new WebAssembly.Instance(module, { env: { memory } }).exports.work(thread);
}`;
