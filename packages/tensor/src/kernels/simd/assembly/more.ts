/** The jobs of the backward module (backward/), which only training loads. */

/** Outputs [begin, end) of a job that this module does not have: threads/worker.ts, threads/pool.ts. */
// @ts-expect-error: decorator
@external("env", "more")
export declare function more(job: i32, begin: i32, end: i32, thread: i32): void;
