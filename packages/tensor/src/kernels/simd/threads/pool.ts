/**
 * The pool: jobs of the module, run by the main thread and the workers together. Arguments are written to the shared
 * memory; the barrier is in the module (assembly/pool.ts). After a worker dies, every job throws. If it dies before it
 * starts working and `onAlone` is given, the pool continues on the main thread alone.
 */
import { startWorker } from "#host";
import { DISPOSED, EngineError, WorkerError } from "../../../errors.ts";
import {
  FIRST_UNITS,
  FUSED_DOTS,
  OUTPUTS,
  OUTPUTS_PER_FIRST_UNIT,
  OUTPUTS_PER_UNIT,
  PAIRED_DOTS,
  SLOT_COUNT,
  SLOTS,
  WIDENED_DOTS,
} from "../constants.ts";
import { createJobs, JOBS, type Jobs, type JobTable } from "../jobs.ts";
import type { EngineMemory } from "../memory.ts";
import type { KernelExports, KernelModule } from "../module.ts";
import { BARRIER, type WorkerHandle } from "./worker.ts";

// milliseconds without a finished unit after which a worker is considered dead; a unit takes a few
const PATIENCE = 10_000;

export type RunUnit = (job: number, begin: number, end: number, thread: number) => void;

interface PoolOptions {
  readonly start?: typeof startWorker;
  readonly patience?: number;
  readonly onAlone?: ((reason: string) => void) | undefined;
}

export class Pool {
  readonly exports: KernelExports;
  readonly jobs: Jobs;
  /** How int8 products compute dot products (assembly/int8.ts). */
  readonly dots: number;
  /** Whether the module has relaxed SIMD. */
  readonly relaxed: boolean;
  /** Runs units of jobs that the module does not have (backward/module.ts). */
  runMore: RunUnit | undefined;
  readonly #slots: Int32Array;
  readonly #barrier: Int32Array;
  readonly #patience: number;
  readonly #workers: WorkerHandle[] = [];
  readonly #onAlone: ((reason: string) => void) | undefined;
  #threads: number;
  #broken: string | undefined;

  /**
   * `onAlone` is called with the reason if the pool continues on one thread because a worker ended before it started
   * working. `start` and `patience` (milliseconds) are for tests. @throws EngineError if a worker cannot be started
   */
  constructor(
    { module, relaxed }: KernelModule,
    { memory }: EngineMemory,
    threads: number,
    { start = startWorker, patience = PATIENCE, onAlone }: PoolOptions = {},
  ) {
    const more: RunUnit = (...unit) => this.runMore?.(...unit);
    this.exports = new WebAssembly.Instance(module, { env: { memory, more } }).exports as unknown as KernelExports;
    this.relaxed = relaxed;
    this.#slots = new Int32Array(memory.buffer, SLOTS, SLOT_COUNT);
    this.jobs = this.jobsOf(JOBS, 0);
    this.#barrier = new Int32Array(memory.buffer, 0, SLOTS / 4);
    this.#patience = patience;
    this.dots = !relaxed ? WIDENED_DOTS : this.exports.fusedDotsAgree() ? FUSED_DOTS : PAIRED_DOTS;
    this.#threads = threads;
    this.#onAlone = onAlone;
    try {
      for (let thread = 1; thread < threads; thread++) {
        this.#workers.push(start({ module, memory, thread }, (reason) => this.#end(thread, reason)));
      }
    } catch (cause) {
      this.dispose();
      throw new WorkerError(`the simd engine cannot start a worker: ${(cause as Error).message}`, { cause });
    }
  }

  /** The jobs of a table, numbered from `first` on. */
  jobsOf<Table extends JobTable>(table: Table, first: number): Jobs<Table> {
    const floats = new Float32Array(this.#slots.buffer, SLOTS, SLOT_COUNT);
    return createJobs(table, first, this.#slots, floats, (job, outputs, perUnit, perFirstUnit) => {
      this.#run(job, outputs, perUnit, perFirstUnit);
    });
  }

  /** Including the main thread. */
  get threads(): number {
    return this.#threads;
  }

  /** A worker ended by itself. */
  #end(thread: number, reason: string): void {
    if (this.#broken || this.#threads === 1) return;
    if (this.#onAlone && Atomics.load(this.#barrier, BARRIER.started + thread) === 0) {
      this.#threads = 1;
      this.#endWorkers();
      this.#onAlone(`a worker of the simd engine ended before it began (${reason})`);
    } else this.#broken = `a worker of the simd engine ended (${reason}); create a new engine`;
  }

  /**
   * Runs a job over `outputs` outputs, `perUnit` per unit. The first unit of each thread may be larger: every jump in
   * memory costs microseconds, and the small later units balance differences in speed between threads.
   * @throws EngineError if a worker died, or after `dispose`
   */
  #run(job: number, outputs: number, perUnit: number, perFirstUnit = perUnit): void {
    if (this.#broken) throw new EngineError(this.#broken);
    const inFirsts = this.threads * perFirstUnit;
    this.#slots[OUTPUTS] = outputs;
    this.#slots[OUTPUTS_PER_UNIT] = perUnit;
    this.#slots[FIRST_UNITS] = this.threads;
    this.#slots[OUTPUTS_PER_FIRST_UNIT] = perFirstUnit;
    const units =
      outputs <= inFirsts
        ? Math.ceil(outputs / perFirstUnit)
        : this.threads + Math.ceil((outputs - inFirsts) / perUnit);
    if (this.threads === 1 || units === 1) this.exports.runAlone(job, units);
    else if (this.exports.run(job, units) !== units) this.#await(units);
  }

  /**
   * Sleeps, a millisecond at a time, until the units are done. A sleep counts for the time it took, but at most a tenth
   * of the patience, so that a process that was suspended has not timed out. @throws EngineError if no unit finishes
   * for too long
   */
  #await(units: number): void {
    let waited = 0;
    let before = -1;
    for (let last = performance.now(); ; ) {
      const done = Atomics.load(this.#barrier, BARRIER.done);
      if (done === units) return;
      if (done !== before) waited = 0;
      before = done;
      if (waited > this.#patience) {
        this.#broken = "a worker of the simd engine does not answer; create a new engine";
        throw new EngineError(this.#broken);
      }
      Atomics.wait(this.#barrier, BARRIER.done, done, 1);
      const now = performance.now();
      waited += Math.min(now - last, this.#patience / 10);
      last = now;
    }
  }

  /** True if a job since the last call met a value that its dtype cannot represent (assembly/stored.ts). */
  takeFault(): boolean {
    const fault = this.#barrier[BARRIER.fault]; // no job is running, and Atomics may be missing
    this.#barrier[BARRIER.fault] = 0;
    return fault === 1;
  }

  /** Ends the workers. */
  dispose(): void {
    this.#broken = DISPOSED;
    this.#endWorkers();
  }

  #endWorkers(): void {
    this.exports.stop();
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  /** @throws EngineError after `dispose`, or if a worker died */
  check(): void {
    if (this.#broken) throw new EngineError(this.#broken);
  }
}
