/** The backward module, in the pool of an engine: its jobs. */
import { FIRST_BACKWARD_JOB } from "../constants.ts";
import type { Jobs } from "../jobs.ts";
import { unpack } from "../module.ts";
import type { Pool } from "../threads/pool.ts";
import { PACKED, PLAIN_BYTES, RELAXED_BYTES } from "./binary.ts";
import { JOBS } from "./jobs.ts";

export type BackwardJobs = Jobs<typeof JOBS>;

/** Adds the jobs, with relaxed multiply-add if the pool's own module has it. */
export function addBackwardJobs(pool: Pool): BackwardJobs {
  const both = unpack(PACKED, RELAXED_BYTES + (pool.relaxed ? 0 : PLAIN_BYTES));
  return pool.addJobs(JOBS, FIRST_BACKWARD_JOB, pool.relaxed ? both : both.slice(RELAXED_BYTES));
}
