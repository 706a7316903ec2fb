/** The backward module, in the pool of an engine: its jobs. */
import { FIRST_BACKWARD_JOB } from "../constants.ts";
import type { Jobs } from "../jobs.ts";
import { forMemory, unpack } from "../module.ts";
import type { Pool } from "../threads/pool.ts";
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

/** Adds the module to the pool: with relaxed SIMD if the pool's own has it, and for the same memory. */
export function addBackwardModule(pool: Pool): BackwardModule {
  unpacked ??= unpack(PACKED, MODULE_BYTES);
  const relaxed = forMemory(unpacked, SHARED_FLAG, pool.shared);
  const bytes = pool.relaxed ? relaxed : withoutRelaxedSimd(relaxed);
  const { jobs, exports } = pool.addModule(JOBS, FIRST_BACKWARD_JOB, bytes);
  return { jobs, exports: exports as unknown as BackwardExports };
}
