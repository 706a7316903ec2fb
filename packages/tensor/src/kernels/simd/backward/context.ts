/** What the backward kernels of one engine share: what its forward kernels do, and the jobs of the backward module. */
import type { KernelContext } from "../context.ts";
import { addBackwardJobs, type BackwardJobs } from "./module.ts";

export interface BackwardContext extends KernelContext {
  readonly jobs: BackwardJobs;
}

export function backwardContext(context: KernelContext): BackwardContext {
  return { ...context, jobs: addBackwardJobs(context.pool) };
}
