/** What an optimizer and a training loop see of a model that learns. */
import type { GPT2Config, Model } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";

/** A parameter that learns, and its gradient: float32, row-major, in the shape of the checkpoint. */
export interface LearnedParameter {
  /** As transformers' GPT2LMHeadModel names it: `transformer.wte.weight`. */
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor;
}

/** A model that learns. Its parameters are changed in place, and then announced by `changed`. */
export interface Learner {
  readonly config: GPT2Config;
  /** Each once: a tied head is `transformer.wte.weight`. In the order of the pass. */
  readonly parameters: readonly LearnedParameter[];
  /**
   * The mean loss, in nats, over all positions of all sequences, and `weight` times its gradients, which are added to
   * those that are there. A sequence of T + 1 ids is T inputs, each followed by its target.
   */
  accumulate(sequences: readonly ArrayLike<number>[], weight?: number): number;
  /** Sets all gradients to 0. */
  clearGradients(): void;
  /** Takes over values that were changed: the next pass uses them. */
  changed(): void;
  /** The model as it is now, to generate with, to evaluate and to save; it shares the learner's memory. */
  readonly model: Model;
}
