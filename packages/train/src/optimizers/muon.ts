/**
 * Muon: momentum whose direction is orthogonalized, so that no direction of a matrix learns faster than another. Keller
 * Jordan 2024; as torch.optim.Muon with adjust_lr_fn "match_rms_adamw": an update is scaled by 0.2 sqrt(max(m, n))
 * (Liu et al. 2025, "Muon is Scalable for LLM Training", arXiv 2502.16982), the size of one of AdamW, so that learning
 * rate and weight decay are those of AdamW. It updates the matrices of the blocks; embeddings, the head, biases and
 * layer norms are AdamW's.
 */
import { type Engine, Tensor } from "@tsgpt/tensor";
import type { LearnedParameter } from "../learner.ts";
import { type AdamWOptions, checkAdamW, createAdamW } from "./adamw.ts";
import { orthogonalized } from "./newton-schulz.ts";
import type { Optimizer } from "./optimizer.ts";

const MOMENTUM = 0.95;
const RMS_OF_ADAMW = 0.2;

/** A matrix of a block: `h.0.attn.c_attn.weight`, with or without a prefix. */
const OF_BLOCK = /(^|\.)h\.\d+\./;

interface Momentum {
  readonly parameter: LearnedParameter;
  readonly momentum: Tensor;
}

/**
 * Muon for the matrices of the blocks, AdamW with these options for all other parameters; products run on `engine`.
 * @throws RangeError for an invalid option
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
 */
export function createMuon(
  parameters: readonly LearnedParameter[],
  engine: Engine,
  options: AdamWOptions = {},
): Optimizer {
  checkAdamW("createMuon", options);
  const { weightDecay = 0.1 } = options;
  const isOwn = ({ name, value }: LearnedParameter) => value.shape.length === 2 && OF_BLOCK.test(name);
  const own: Momentum[] = parameters
    .filter(isOwn)
    .map((parameter) => ({ parameter, momentum: Tensor.zeros(parameter.value.shape) }));
  const others = createAdamW(
    parameters.filter((parameter) => !isOwn(parameter)),
    options,
  );
  return {
    state: new Map([
      ...own.map(({ parameter: { name }, momentum }) => [`momentum.${name}`, momentum] as const),
      ...others.state,
    ]),
    update: (step, learningRate) => {
      for (const each of own) updateOne(each, engine, learningRate, 1 - learningRate * weightDecay);
      others.update(step, learningRate);
    },
  };
}

/** p = kept p - learningRate 0.2 sqrt(max(m, n)) NewtonSchulz(nesterov momentum) */
function updateOne({ parameter, momentum }: Momentum, engine: Engine, learningRate: number, kept: number): void {
  const { value, gradient } = parameter;
  const [m, n] = value.shape as [number, number];
  const size = learningRate * RMS_OF_ADAMW * Math.sqrt(Math.max(m, n));
  const arena = engine.takeArena();
  try {
    const direction = arena.allocate(value.shape);
    nesterov(direction.data, momentum.data, gradient.data);
    const update = orthogonalized(direction, arena).data;
    const p = value.data;
    for (let i = 0; i < p.length; i++) p[i] = kept * (p[i] as number) - size * (update[i] as number);
  } finally {
    engine.giveArena(arena);
  }
}

/** The moving mean of the gradients, and the gradient moved towards it. */
function nesterov(direction: Float32Array, momentum: Float32Array, gradient: Float32Array): void {
  for (let i = 0; i < momentum.length; i++) {
    const [before, slope] = [momentum[i] as number, gradient[i] as number];
    const mean = Math.fround(before + (1 - MOMENTUM) * (slope - before));
    momentum[i] = mean;
    direction[i] = slope + MOMENTUM * (mean - slope);
  }
}
