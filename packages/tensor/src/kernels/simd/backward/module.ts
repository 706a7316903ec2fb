/** The backward module, in the pool of an engine: its jobs. */
import { FIRST_BACKWARD_JOB } from "../constants.ts";
import type { Jobs } from "../jobs.ts";
import { unpackModules } from "../module.ts";
import type { Pool } from "../threads/pool.ts";
import { PACKED, PLAIN_BYTES, RELAXED_BYTES } from "./binary.ts";
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

/** Adds the module to the pool, with relaxed multiply-add if the pool's own has it. */
export function addBackwardModule(pool: Pool): BackwardModule {
  const both = unpackModules(PACKED, RELAXED_BYTES + (pool.relaxed ? 0 : PLAIN_BYTES));
  const { jobs, exports } = pool.addModule(JOBS, FIRST_BACKWARD_JOB, pool.relaxed ? both : both.slice(RELAXED_BYTES));
  return { jobs, exports: exports as unknown as BackwardExports };
}
