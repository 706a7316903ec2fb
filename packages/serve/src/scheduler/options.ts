/** The options of a scheduler. */

/** How many sequences run and wait, and how much memory their caches take. */
export interface SchedulerOptions {
  /** Maximum number of waiting requests. Default 64. */
  readonly maxWaiting?: number | undefined;
  /** Maximum number of running sequences; fewer if their caches do not fit. Default 16. */
  readonly maxRunning?: number | undefined;
  /** Maximum bytes of all caches, running and kept. By default 1 GiB, or what the engine has left if that is less. */
  readonly cacheLimit?: number | undefined;
  /** Prompt tokens computed in one step, next to the running sequences: what a stream waits for at most. Default 32. */
  readonly chunk?: number | undefined;
  /** Whether prompts take what they share with another sequence from its cache. Default true. */
  readonly reusePrefixes?: boolean | undefined;
  /** Milliseconds from its submission after which a sequence ends with "timeout". By default, none. */
  readonly timeLimit?: number | undefined;
}
