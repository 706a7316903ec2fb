/** A sampler: a chain and a seeded generator as one function from logits to the next token's id. */
import {
  type Checks,
  checkOptions,
  createGenerator,
  type Generator,
  nextUniform,
  objectWith,
  required,
} from "@tsgpt/numeric";
import { type Candidates, indexOf, probabilities, surpriseBits } from "./candidates.ts";
import { runChain, type SampleContext } from "./chain.ts";
import { pick } from "./draw.ts";
import { SamplingError, show } from "./errors.ts";
import type { Profile } from "./profile.ts";
import { reportChain, type StepReport } from "./report.ts";
import { type AnyChain, type InferredStep, validateChain } from "./spec.ts";
import { argmax } from "./steps/greedy.ts";
import { firstMu, nextMu } from "./steps/mirostat.ts";
import { createWorkspace, giveLogits, type Workspace } from "./workspace.ts";

/** A draw, and how the chain led to it. */
export interface Explanation {
  readonly id: number;
  /** Of the id, in the distribution the chain left. */
  readonly probability: number;
  /**
   * The number drawn from [0, 1): the id is the first candidate, by ascending id, at which the cumulative probability
   * exceeds it. Undefined after greedy, where none decides.
   */
  readonly uniform: number | undefined;
  /** What the chain left, by ascending id: the order of the draw. `probabilities` gives theirs. */
  readonly candidates: Candidates;
  /** The distribution that the chain was given. */
  readonly initial: Profile;
  readonly steps: readonly StepReport[];
}

/** What decides the next draws of a sampler, as plain data that does not change. */
export interface SamplerState {
  /** The four words of the generator's state. */
  readonly generator: readonly number[];
  /** Mirostat's bound on surprise, in bits; undefined without mirostat. */
  readonly mu: number | undefined;
}

/** Draws the next id from a row of logits. */
export interface Sampler {
  /** The next id. [V] -> id. @throws SamplingError if the logits or the context break a rule. */
  (logits: Float32Array | Float64Array, context: SampleContext): number;
  /** The same id, with a report of each step that names at most `limit` tokens per step (default 10). */
  explain(logits: Float32Array | Float64Array, context: SampleContext, limit?: number): Explanation;
  /** The distribution of the next id: for decoding that accepts or rejects a token by its probability. */
  distribution(logits: Float32Array | Float64Array, context: SampleContext): Candidates;
  /** What the next draws follow from, besides the logits and contexts. */
  state(): SamplerState;
  /**
   * Makes the next draws those that followed when this state was taken. It may be of a sampler with another chain:
   * without mirostat mu is left out, and a state without mu gives mirostat its first one.
   * @throws SamplingError unless it is such a state
   */
  restore(state: SamplerState): void;
  /**
   * One uniform number is taken per token, and one before it for a step that acts randomly; none by a chain that is
   * greedy alone.
   */
  readonly generator: Generator;
}

/** The seed of a sampler, and its memory. */
export interface SamplerOptions {
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /**
   * Memory for intermediate results; by default the sampler has its own, 2 to 3 MB for 50,000 tokens. Samplers of one
   * batch may share one, because a call uses it only until it returns.
   */
  readonly workspace?: Workspace | undefined;
}

const CHECKS: Checks<SamplerOptions> = {
  seed: required("number"),
  workspace: objectWith("a workspace", "ids", "free"),
};

/**
 * A sampler that gives the same ids for the same chain, seed, logits and history.
 * @throws SamplingError if the chain breaks a rule; RangeError for an invalid option, or a seed that is not an integer
 * from 0 to 2^53 - 1
 */
export function createSampler<const S extends InferredStep>(spec: AnyChain<S>, options: SamplerOptions): Sampler {
  checkOptions("createSampler", options, CHECKS);
  const { seed, workspace = createWorkspace() } = options;
  const chain = validateChain(spec);
  const generator = createGenerator(seed);
  const uniform = (): number => nextUniform(generator);
  const last = chain.at(-1);
  const greedyAlone = chain.length === 1 && last?.type === "greedy";
  const mirostat = last?.type === "mirostat" ? last : undefined;
  let mu = mirostat && firstMu(mirostat);
  const drawFrom = (candidates: Candidates, drawn = uniform()): number => {
    const id = pick(candidates, drawn, workspace);
    if (mirostat && mu !== undefined) mu = nextMu(mirostat, mu, surpriseBits(candidates, id, workspace));
    return id;
  };
  const distribution: Sampler["distribution"] = (logits, context) =>
    runChain(chain, logits, context, { uniform, mu, workspace });
  const explain: Sampler["explain"] = (logits, context, limit = 10) => {
    const { candidates, initial, steps } = reportChain(chain, logits, context, { uniform, mu, workspace }, limit);
    const drawn = greedyAlone ? undefined : uniform();
    const id = drawn === undefined ? candidates.ids[0]! : drawFrom(candidates, drawn);
    const probability = probabilityOf(candidates, id);
    return { id, probability, uniform: last?.type === "greedy" ? undefined : drawn, candidates, initial, steps };
  };
  const sample = greedyAlone
    ? (logits: Float32Array | Float64Array) => argmax(logits)
    : (logits: Float32Array | Float64Array, context: SampleContext) => {
        const candidates = distribution(logits, context);
        const id = drawFrom(candidates);
        giveLogits(workspace, candidates.logits, logits.length);
        return id;
      };
  const state = (): SamplerState => ({ generator: [...generator.state], mu });
  const restore: Sampler["restore"] = (to) => {
    checkState(to);
    generator.state.set(to.generator);
    mu = mirostat && (to.mu ?? firstMu(mirostat));
  };
  return Object.assign(sample, { generator, distribution, explain, state, restore });
}

function checkState(state: SamplerState): void {
  const [words, mu] = [state?.generator, state?.mu];
  const isWord = (word: number) => word >>> 0 === word;
  const isGenerator = Array.isArray(words) && words.length === 4 && words.every(isWord) && words.some(Boolean);
  if (isGenerator && (mu === undefined || Number.isFinite(mu))) return;
  throw new SamplingError(`restore: need a state that state() returned, got ${show(state)}`);
}

function probabilityOf(candidates: Candidates, id: number): number {
  return probabilities(candidates)[indexOf(candidates, id)]!;
}
