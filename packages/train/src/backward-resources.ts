/** What the passes of a learner work with. */
import type { Arena } from "@tsgpt/tensor";
import type { BackwardKernels } from "@tsgpt/tensor/backward";

/** What a pass needs besides the model's config. */
export interface BackwardResources {
  readonly kernels: BackwardKernels;
  readonly arena: Arena;
}
