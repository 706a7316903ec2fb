/** A model that learns: each parameter has a gradient, and a pass over a batch adds to them. */
import { checkModel, type Model } from "@tsgpt/gpt";
import { type LeafFacts, listTree, mapParameters, mapTree } from "@tsgpt/gpt/training";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { copyInto, type Engine, type Tensor, type Weight } from "@tsgpt/tensor";
import { type BackwardKernels, backwardKernels } from "@tsgpt/tensor/backward";
import { backward } from "./backward.ts";
import { openBackwardPass } from "./backward-pass.ts";
import { batchOf } from "./batch.ts";
import { checkAccumulate } from "./check-accumulate.ts";
import { forwardKept } from "./keep.ts";
import type { LearnedParameter, Learner } from "./learner.ts";

/** How a learner spends memory. */
export interface LearnerOptions {
  /**
   * Keeps only the residual stream of each block, C floats per token instead of 10 C, and computes the rest again when
   * the backward pass needs it: a third more time. The results have the same bits. Default: false.
   */
  readonly recompute?: boolean | undefined;
}

const CHECKS: Checks<LearnerOptions> = { recompute: "boolean" };

/**
 * A learner that begins with the parameters of `model`, which it copies as float32 into the model's engine: `model`
 * itself does not change, and may be freed. @throws RangeError for an invalid option; EngineError if it does not fit
 */
export function createLearner(model: Model, options: LearnerOptions = {}): Learner {
  checkOptions("createLearner", options, CHECKS);
  checkModel("createLearner", model);
  const { recompute = false } = options;
  const { config, engine } = model;
  const kernels = backwardKernels(engine);
  const leaves = mapParameters(config, model.parameters, (weight, facts) => newLeaf(weight, facts, engine, kernels));
  const tree = mapTree(leaves, ({ learned }) => learned);
  const parameters = listTree(tree);
  const arena = engine.takeArena(); // for good: the memory of a batch is that of the next
  const learning = { ...model, parameters: mapTree(leaves, ({ forward }) => forward) } as Model;
  return {
    config,
    parameters,
    model: learning,
    accumulate: (sequences, weight = 1) => {
      checkAccumulate(config, sequences, weight);
      const batch = batchOf(sequences);
      try {
        const kept = forwardKept(learning, batch, recompute, { kernels, arena });
        const pass = openBackwardPass(config, batch, { kernels, arena });
        return mean(backward(tree, batch, kept, weight / batch.ids.length, pass));
      } finally {
        arena.release(0);
      }
    },
    clearGradients: () => {
      for (const { gradient } of parameters) kernels.clear(gradient);
    },
    changed: () => {
      for (const { learned, forward } of listTree(leaves)) kernels.refresh(forward, learned.value);
    },
  };
}

/** A parameter, and what the forward pass reads of it. */
interface Leaf {
  readonly learned: LearnedParameter;
  readonly forward: Weight;
}

function newLeaf(weight: Weight, { name, shape, role }: LeafFacts, engine: Engine, kernels: BackwardKernels): Leaf {
  const value = copyInto(engine.allocate(shape), weight.toTensor(), engine);
  const forward = role === "vector" ? value : kernels.forwardWeight(value, role);
  return { learned: { name, value, gradient: engine.allocate(shape) }, forward };
}

function mean({ data }: Tensor): number {
  return data.reduce((sum, loss) => sum + loss, 0) / data.length;
}
