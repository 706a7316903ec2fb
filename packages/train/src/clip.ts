/** The norm of all gradients together, and clipping by it: Pascanu et al. 2013, arXiv 1211.5063, algorithm 1. */
import type { LearnedParameter } from "./learner.ts";

type Gradients = readonly Pick<LearnedParameter, "gradient">[];

/** The Euclidean norm over all elements of all gradients, summed in float64 in the order of the parameters. */
export function gradientNorm(parameters: Gradients): number {
  let sum = 0;
  for (const { gradient } of parameters) {
    const { data } = gradient;
    for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  }
  return Math.sqrt(sum);
}

/** Scales all gradients by min(1, limit / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ does. */
export function clipGradients(parameters: Gradients, norm: number, limit: number): void {
  const factor = limit / (norm + 1e-6);
  if (factor >= 1) return;
  for (const { gradient } of parameters) {
    const { data } = gradient;
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) * factor;
  }
}
