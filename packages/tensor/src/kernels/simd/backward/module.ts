/** The backward module, in the pool of an engine: its jobs. */
import { FIRST_BACKWARD_JOB, MORE_ADDRESS } from "../constants.ts";
import type { Jobs } from "../jobs.ts";
import type { EngineMemory } from "../memory.ts";
import { forMemory, unpack } from "../module.ts";
import type { Pool, RunUnit } from "../threads/pool.ts";
import { withoutRelaxedSimd } from "../without-relaxed.ts";
import { MODULE_BYTES, PACKED, SHARED_FLAG } from "./binary.ts";
import { JOBS } from "./jobs.ts";

interface BackwardExports {
  /** Scratch of a thread for parts of `kPart` columns of X and `nPart` of dY. */
  linearParametersScratchBytes(kPart: number, nPart: number): number;
  /** Scratch of a thread for sequences of up to t rows, and heads of d channels. */
  attentionGradientScratchBytes(t: number, d: number): number;
}

export interface BackwardModule {
  readonly jobs: Jobs<typeof JOBS>;
  readonly exports: BackwardExports;
}

let unpacked: Uint8Array<ArrayBuffer> | undefined; // once a thread

/**
 * Adds the module to the pool: with relaxed SIMD if the pool's own has it, and for the same memory. Each worker
 * compiles it when it meets the first of its jobs: a worker that waits in WebAssembly receives no message, so the
 * module's bytes are in the memory.
 */
export function addBackwardModule(engineMemory: EngineMemory, pool: Pool): BackwardModule {
  unpacked ??= unpack(PACKED, MODULE_BYTES);
  const relaxed = forMemory(unpacked, SHARED_FLAG, engineMemory.shared);
  const bytes = pool.relaxed ? relaxed : withoutRelaxedSimd(relaxed);
  const { memory } = engineMemory;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  pool.runMore = exports["runJob"] as RunUnit;
  const address = engineMemory.allocate(bytes.length);
  engineMemory.bytes(address, bytes.length).set(bytes);
  new Int32Array(memory.buffer, MORE_ADDRESS, 2).set([address, bytes.length]);
  const jobs = pool.jobsOf(JOBS, FIRST_BACKWARD_JOB);
  return { jobs, exports: exports as unknown as BackwardExports };
}
