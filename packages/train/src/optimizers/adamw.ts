/**
 * AdamW: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization" (arXiv 1711.05101, algorithm 2), as
 * torch.optim.AdamW: the decay is learningRate * weightDecay * p, and the update is divided by sqrt(v) + epsilon after
 * bias correction. Moments are kept in float32, the arithmetic of one element is float64. Left out: AMSGrad.
 */
import { type Checks, checkOptions, type Kind } from "@tsgpt/numeric";
import { Tensor } from "@tsgpt/tensor";
import { checkNotNegative, checkPositive } from "../check-range.ts";
import type { LearnedParameter } from "../learner.ts";
import { isDecayed, type Optimizer } from "./optimizer.ts";

/** The constants of AdamW. */
export interface AdamWOptions {
  /** How much of each moment is kept: of the mean of gradients, and of their squares. Default 0.9 and 0.95. */
  readonly betas?: readonly [mean: number, square: number] | undefined;
  /** Added to the root of the mean square; default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Share of a matrix that an update with learning rate 1 takes away; default 0.1. */
  readonly weightDecay?: number | undefined;
}

const twoShares: Kind<readonly [number, number]> = {
  rule: "two numbers from 0 up to, not including, 1",
  holds: (value) => Array.isArray(value) && value.length === 2 && value.every(isShare),
};

function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < 1;
}

const CHECKS: Checks<AdamWOptions> = { betas: twoShares, epsilon: "number", weightDecay: "number" };

/** @throws RangeError for an invalid option */
export function checkAdamW(by: string, options: AdamWOptions): void {
  checkOptions(by, options, CHECKS);
  const { epsilon, weightDecay } = options;
  if (epsilon !== undefined) checkPositive(by, "epsilon", epsilon); // 0 / 0 where no gradient has been yet
  if (weightDecay !== undefined) checkNotNegative(by, "weightDecay", weightDecay);
}

interface Moments {
  readonly parameter: LearnedParameter;
  readonly mean: Tensor;
  readonly square: Tensor;
}

/**
 * AdamW over these parameters; those of one dimension do not decay.
 * @throws RangeError for an invalid option
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export function createAdamW(parameters: readonly LearnedParameter[], options: AdamWOptions = {}): Optimizer {
  checkAdamW("createAdamW", options);
  const { betas = [0.9, 0.95], epsilon = 1e-8, weightDecay = 0.1 } = options;
  const all: Moments[] = parameters.map((parameter) => {
    const { shape } = parameter.value;
    return { parameter, mean: Tensor.zeros(shape), square: Tensor.zeros(shape) };
  });
  return {
    state: new Map(
      all.flatMap(({ parameter: { name }, mean, square }) => [
        [`mean.${name}`, mean],
        [`square.${name}`, square],
      ]),
    ),
    update: (step, learningRate) => {
      const factors = {
        betas,
        size: learningRate / (1 - betas[0] ** step),
        correction: Math.sqrt(1 - betas[1] ** step),
        epsilon,
      };
      for (const moments of all) {
        const decay = isDecayed(moments.parameter) ? learningRate * weightDecay : 0;
        updateOne(moments, { ...factors, kept: 1 - decay });
      }
    },
  };
}

interface Factors {
  readonly betas: readonly [number, number];
  /** Of a value, after weight decay. */
  readonly kept: number;
  /** The learning rate, divided by the bias of the mean. */
  readonly size: number;
  /** The root of the bias of the mean square. */
  readonly correction: number;
  readonly epsilon: number;
}

/** p = kept p - size m / (sqrt(v) / correction + epsilon), with m and v the moving means of g and of g squared. */
function updateOne({ parameter, mean, square }: Moments, { betas, kept, size, correction, epsilon }: Factors): void {
  const [beta1, beta2] = betas;
  const { value, gradient } = parameter;
  const [p, g, m, v] = [value.data, gradient.data, mean.data, square.data];
  for (let i = 0; i < p.length; i++) {
    const slope = g[i] as number;
    const m1 = Math.fround((m[i] as number) + (1 - beta1) * (slope - (m[i] as number)));
    const v1 = Math.fround(beta2 * (v[i] as number) + (1 - beta2) * slope * slope);
    m[i] = m1;
    v[i] = v1;
    p[i] = kept * (p[i] as number) - (size * m1) / (Math.sqrt(v1) / correction + epsilon);
  }
}
