/** What a training loop sees of an optimizer, and which parameters it decays. */
import type { Tensor } from "@tsgpt/tensor";
import type { LearnedParameter } from "../learner.ts";

/** Changes parameters by their gradients. */
export interface Optimizer {
  /** Update number `step`, from 1, of all values, in place. Gradients are read only. */
  update(step: number, learningRate: number): void;
  /** What it remembers, float32, by names of its own. Writing into these tensors restores it. */
  readonly state: ReadonlyMap<string, Tensor>;
}

/**
 * Whether weight decay applies: to every parameter of two dimensions, embeddings included, and not to biases and layer
 * norms (nanoGPT, model.py, configure_optimizers).
 */
export function isDecayed({ value }: Pick<LearnedParameter, "value">): boolean {
  return value.shape.length === 2;
}
