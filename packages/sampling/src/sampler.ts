/** A sampler: a chain and a seeded generator as one function from logits to the next token's id. */
import { runChain } from "./chain.ts";
import { draw } from "./draw.ts";
import { createGenerator, type Generator } from "./generator.ts";
import { argmax } from "./greedy.ts";
import { type ChainSpec, validateChain } from "./spec.ts";

export interface SampleContext {
  /** All ids so far, the prompt's included. */
  readonly history: ArrayLike<number>;
}

export interface Sampler {
  /** The next id. [V] -> id. @throws SamplingError if the logits or the history break a rule. */
  (logits: Float32Array, context: SampleContext): number;
  /** The only state: one uniform number is taken per token, none by a chain that is greedy alone. */
  readonly generator: Generator;
}

/**
 * A sampler that gives the same ids for the same chain, seed, logits and history.
 * @throws SamplingError if the chain or the seed breaks a rule.
 */
export function createSampler(spec: ChainSpec, { seed }: { readonly seed: number }): Sampler {
  const chain = validateChain(spec);
  const generator = createGenerator(seed);
  const sample = (logits: Float32Array, { history }: SampleContext): number =>
    draw(runChain(chain, logits, history), generator);
  const greedyAlone = chain.length === 1 && chain[0]?.type === "greedy";
  return Object.assign(greedyAlone ? (logits: Float32Array) => argmax(logits) : sample, { generator });
}
